import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { PulseEvent } from '../../../src/api/types.js'
import { createZenith, toNodeHandler } from '../../../src/runtime/create-zenith.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { launchBrowser } from '../../support/browser.js'
import { PATIENCE_MS } from '../../support/patience.js'
import { ask, openStream } from '../support/http.js'
import { USERS } from '../support/login.js'
import { startNginx } from '../support/nginx.js'
import { beatOf, report } from '../support/records.js'
import { serve } from '../support/serve.js'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

const USUAL = `proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;`

interface Way {
  readonly name: string
  readonly basePath?: string
  readonly proxies?: readonly string[]
  /** @param upstream without a slash at the end */
  readonly settings: (upstream: string) => string
}

const WAYS: readonly Way[] = [
  { name: 'cuts the path off, and sets nothing else', settings: (upstream) => `proxy_pass ${upstream}/;` },
  {
    name: 'cuts the path off and tells of it, with the usual headers',
    settings: (upstream) => `proxy_pass ${upstream}/; ${USUAL} proxy_set_header X-Forwarded-Prefix /ops/quasar;`,
  },
  {
    name: 'leaves the path, which basePath names',
    basePath: '/ops/quasar',
    settings: (upstream) => `proxy_pass ${upstream}; ${USUAL}`,
  },
  {
    name: 'leaves the path, and tells of it',
    proxies: ['127.0.0.0/8'],
    settings: (upstream) => `proxy_pass ${upstream}; ${USUAL} proxy_set_header X-Forwarded-Prefix /ops/quasar/;`,
  },
]

it.each(WAYS)('works under a path behind nginx that $name', async ({ basePath = '', proxies = [], settings }) => {
  const store = memoryStore()
  const zenith = createZenith({ store, basePath, proxies, interval: 50, logger: false, auth: { users: USERS } })
  onTestFinished(() => zenith.close())
  const server = await serve(toNodeHandler(zenith))
  onTestFinished(() => server.close())
  const upstream = server.url.replace('localhost', '127.0.0.1')
  const nginx = await startNginx(`location /ops/quasar/ {\n      ${settings(upstream)}\n    }`)
  onTestFinished(() => nginx.stop())
  const mount = `${nginx.url}/ops/quasar/`
  await report(store, beatOf('shop', 'web-1'))

  const context = await browser.newContext()
  onTestFinished(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  const problems: string[] = []
  page.on('console', (message) => void (message.type() === 'error' && problems.push(message.text())))
  page.on('pageerror', (error) => void problems.push(error.message))

  await page.goto(`${mount.slice(0, -1)}?service=shop`)
  expect(page.url()).toBe(`${mount}login?next=%3Fservice%3Dshop`)
  await page.getByLabel('Name').fill('ada')
  await page.getByLabel('Password').fill('correct horse')
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByText('web-1').first().waitFor()
  expect(page.url()).toBe(`${mount}?service=shop`)
  const cookies = await context.cookies()
  expect(cookies.map(({ name }) => name).sort()).toEqual(['quasar_device', 'quasar_session'])
  for (const one of cookies) expect(one).toMatchObject({ path: '/ops/quasar', httpOnly: true, sameSite: 'Strict' })
  const cookie = cookies.find(({ name }) => name === 'quasar_session')

  // The stream comes through nginx event by event.
  const headers = { cookie: `${cookie?.name}=${cookie?.value}`, 'accept-encoding': 'gzip' }
  const stream = await openStream(`${mount}api/stream`, headers)
  onTestFinished(() => stream.close())
  expect(stream.headers['content-encoding']).toBeUndefined()
  await stream.next()
  await report(store, beatOf('shop', 'web-2'))
  const event = await stream.next(({ data }) => (data as PulseEvent).nodes?.some(({ id }) => id === 'web-2'))
  expect(event.name).toBe('system_pulse')
  await page.getByText('web-2').first().waitFor()

  await page.goto(`${mount}logout`)
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.waitForURL(`${mount}login`)
  expect((await ask(`${mount}api/session`, { headers })).status).toBe(401)
  expect((await context.cookies()).map(({ name }) => name).sort()).toEqual(['quasar_device', 'quasar_form'])
  expect(problems).toEqual([])
})

it.each(['', USUAL, 'proxy_set_header X-Real-IP $remote_addr;'])(
  'is nobody’s own machine behind nginx, with %j',
  async (headers) => {
    const zenith = createZenith({ store: memoryStore(), logger: false, auth: 'local' })
    onTestFinished(() => zenith.close())
    const server = await serve(toNodeHandler(zenith))
    onTestFinished(() => server.close())
    const upstream = server.url.replace('localhost', '127.0.0.1')
    const nginx = await startNginx(`location / {\n      proxy_pass ${upstream};\n      ${headers}\n    }`)
    onTestFinished(() => nginx.stop())
    expect((await ask(`${upstream}/api/health`)).status).toBe(200)
    const host = 'monitor.example'
    expect((await ask(`${nginx.url}/api/health`, { headers: { host } })).status).toBe(404)
  },
)
