import type { RequestListener } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { toNodeHandler } from '../../../src/runtime/create-zenith.js'
import { openForgedProvider } from '../auth/sso/support/forged-provider.js'
import { openSite } from '../auth/sso/support/site.js'
import { Visitor } from '../auth/sso/support/visitor.js'
import { startNginx } from '../support/nginx.js'
import { serve } from '../support/serve.js'

/** `$http_host` has the port, `$host` has none. */
const HEADERS = `proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;`
const PREFIX = 'proxy_set_header X-Forwarded-Prefix /ops/quasar;'

interface Way {
  readonly name: string
  readonly zenith?: { readonly basePath?: string; readonly proxies?: readonly string[] }
  /** Whether the option has the URL. */
  readonly hasUrl?: boolean
  readonly settings: (upstream: string) => string
}

const WAYS: readonly Way[] = [
  {
    name: 'cuts the path off and sets nothing, with the option url',
    hasUrl: true,
    settings: (upstream) => `proxy_pass ${upstream}/;`,
  },
  {
    name: 'cuts the path off, trusted',
    zenith: { proxies: ['127.0.0.0/8'] },
    settings: (upstream) => `proxy_pass ${upstream}/; ${HEADERS} ${PREFIX}`,
  },
  {
    name: 'leaves the path, trusted',
    zenith: { proxies: ['127.0.0.0/8'] },
    settings: (upstream) => `proxy_pass ${upstream}; ${HEADERS} ${PREFIX}`,
  },
  {
    name: 'leaves the path, which basePath names, trusted',
    zenith: { proxies: ['127.0.0.0/8'], basePath: '/ops/quasar' },
    settings: (upstream) => `proxy_pass ${upstream}; ${HEADERS}`,
  },
]

it.each(WAYS)('single sign-on works behind nginx that $name', async ({ zenith = {}, hasUrl = false, settings }) => {
  const provider = await openForgedProvider()
  let handle: RequestListener = (_, response) => response.writeHead(503).end()
  const server = await serve((request, response) => handle(request, response))
  onTestFinished(() => server.close())
  const upstream = server.url.replace('localhost', '127.0.0.1')
  const nginx = await startNginx(`location /ops/quasar/ {\n      ${settings(upstream)}\n    }`)
  onTestFinished(() => nginx.stop())
  // As another site than the provider: nginx listens on 127.0.0.1.
  const mount = `${nginx.url.replace('127.0.0.1', 'localhost')}/ops/quasar`
  const site = await openSite({ sso: [provider.options], zenith, ...(hasUrl && { people: { url: mount } }) })
  handle = toNodeHandler(site.zenith)

  const visitor = new Visitor()
  const visit = await visitor.go(`${mount}/login?with=forged&next=${encodeURIComponent('?service=shop')}`)
  expect([visit.status, visit.url]).toEqual([200, `${mount}/?service=shop`])
  expect(visit.hops[2]).toMatch(new RegExp(`^${mount}/callback\\?code=`))
  expect(await site.session(visitor, mount)).toMatchObject({ user: 'ada' })
  expect(visitor.cookie(nginx.url.replace('127.0.0.1', 'localhost'), 'quasar_session')).toBeUndefined()
})
