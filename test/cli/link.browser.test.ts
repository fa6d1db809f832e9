import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { launchBrowser } from '../support/browser.js'
import { ensureBuilt } from '../support/pack.js'
import { PATIENCE_MS } from '../support/patience.js'
import { freePort } from '../support/redis.js'
import { listen } from '../zenith/support/serve.js'
import { quasar } from './command.js'
import { linkOf } from './link.js'

let browser: Browser
beforeAll(async () => {
  await ensureBuilt()
  browser = await launchBrowser()
})
afterAll(() => browser.close())

async function zenith() {
  const running = quasar(['zenith', '--port', '0', '--redis', `redis://127.0.0.1:${await freePort()}`])
  return { link: await linkOf(running), url: await running.said(/Zenith is at (\S+)/) }
}

async function openPage() {
  const context = await browser.newContext()
  onTestFinished(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  const problems: string[] = []
  page.on('console', (message) => void (message.type() === 'error' && problems.push(message.text())))
  return { context, page, problems }
}

it('opens by the link that was typed, and leaves it neither in the address nor in the history', async () => {
  const { link, url } = await zenith()
  const { page, context } = await openPage()
  await page.goto(link)
  await page.getByRole('main').first().waitFor()
  expect(page.url()).toBe(url)
  expect(await page.evaluate('document.referrer')).toBe('')
  expect(await context.cookies()).toMatchObject([{ path: '/', httpOnly: true, sameSite: 'Strict', secure: false }])
  await page.goto(link)
  expect(page.url()).toBe(url)
  expect(await page.title()).toBe('Zenith')
})

it('opens by a file of this machine, as --open does it, and by a link on another site', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quasar-file-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const chat = createServer((request, response) => {
    const to = new URL(request.url ?? '/', 'http://chat.localhost').searchParams.get('to')
    response.setHeader('content-type', 'text/html').end(`<a href="${to}">the monitor</a>`)
  })
  const server = await listen(chat)
  onTestFinished(() => server.close())

  const first = await zenith()
  const { page } = await openPage()
  await writeFile(join(folder, 'a.html'), `<meta http-equiv="refresh" content="0; url=${first.link}">`)
  await page.goto(`file://${folder}/a.html`)
  await page.waitForURL(first.url)
  await page.waitForFunction("document.title === 'Zenith'")

  const second = await zenith()
  for (const target of [second.link, second.url, second.link]) {
    await page.goto(`${server.url}/?to=${encodeURIComponent(target)}`)
    await page.getByRole('link').click()
    await page.waitForURL(second.url)
    await page.waitForFunction("document.title === 'Zenith'")
  }
})

it('says where the link is, in the style of the page, to who has none', async () => {
  const { link, url } = await zenith()
  const { page, problems } = await openPage()
  for (const path of ['', 'queues/anything', 'api/session']) {
    expect((await page.goto(url + path))?.status()).toBe(401)
  }
  await page.goto(url)
  await page.getByRole('heading', { name: 'Open Zenith by its link' }).waitFor()
  expect(await page.evaluate("getComputedStyle(document.querySelector('section')).borderRadius")).toBe('12px')
  if (process.env.QUASAR_SHOTS) await page.screenshot({ path: join(process.env.QUASAR_SHOTS, 'ask.png') })
  // Nothing but the answer itself, which the browser tells of.
  expect(problems.filter((problem) => !problem.includes('status of 401'))).toEqual([])
  await page.goto(link)
  await page.getByRole('main').first().waitFor()
  if (process.env.QUASAR_SHOTS) {
    await page.waitForTimeout(1_000)
    await page.screenshot({ path: join(process.env.QUASAR_SHOTS, 'opened.png') })
  }
  const other = await openPage()
  await other.page.goto(link)
  expect(await other.page.getByRole('alert').textContent()).toBe('This link was used already. A link works once.')
})
