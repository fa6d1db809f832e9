import { describe, expect, it } from 'vitest'
import type { PeopleAuthOptions, ZenithOptions } from '../../../../src/runtime/create-zenith.js'
import { openForgedProvider } from './support/forged-provider.js'
import { openSite } from './support/site.js'

interface Case {
  readonly url?: string
  readonly options?: ZenithOptions
  readonly people?: PeopleAuthOptions
  readonly headers?: Readonly<Record<string, string>>
  readonly peer?: string
  /** As a router passes it that removed the mount's path. */
  readonly path?: string
}

const PROXIES = { proxies: ['10.0.0.0/8'] }
const BEHIND = { peer: '10.0.0.1', options: PROXIES }
const FORWARDED = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'zenith.example' }

/** The URI that a log-in sends to the provider; null if it is refused. */
async function redirectUriOf({ url = 'http://localhost/login', peer = '203.0.113.7', path, headers, ...more }: Case) {
  const provider = await openForgedProvider()
  const site = await openSite({
    sso: [provider.options],
    ...(more.people && { people: more.people }),
    ...(more.options && { zenith: more.options }),
  })
  const request = new Request(`${url}?with=forged`, { headers: { host: new URL(url).host, ...headers } })
  const answer = await site.zenith.fetch(request, { peer, ...(path !== undefined && { path }) })
  if (answer.status !== 303) {
    expect([answer.status, await answer.text()]).toEqual([
      500,
      expect.stringContaining('Zenith does not know its own URL'),
    ])
    expect(site.lines).toEqual([expect.stringContaining('set the option `url` (--url)')])
    return null
  }
  return new URL(answer.headers.get('location') ?? '').searchParams.get('redirect_uri')
}

const CASES: readonly (readonly [string, Case, string | null])[] = [
  [
    'the option, whatever the request says',
    { people: { url: 'https://z.example/ops' }, headers: FORWARDED },
    'https://z.example/ops/callback',
  ],
  ['the option with a slash', { people: { url: 'https://z.example/ops/' } }, 'https://z.example/ops/callback'],
  ['the URL for alerts', { options: { alerts: { url: 'https://alerts.example' } } }, 'https://alerts.example/callback'],
  [
    'the own option before that for alerts',
    { people: { url: 'https://z.example' }, options: { alerts: { url: 'https://alerts.example' } } },
    'https://z.example/callback',
  ],
  [
    'localhost on this machine',
    { url: 'http://localhost:4280/login', peer: '127.0.0.1' },
    'http://localhost:4280/callback',
  ],
  ['[::1] on this machine', { url: 'http://[::1]:4280/login', peer: '::1' }, 'http://[::1]:4280/callback'],
  ['a Host from another machine', { url: 'http://evil.example/login' }, null],
  ['localhost from another machine', {}, null],
  ['another Host on this machine', { url: 'http://evil.example/login', peer: '127.0.0.1' }, null],
  ['headers of an untrusted proxy', { headers: FORWARDED, url: 'http://evil.example/login', peer: '127.0.0.1' }, null],
  ['headers of a trusted proxy', { ...BEHIND, headers: FORWARDED }, 'https://zenith.example/callback'],
  ['its Host', { ...BEHIND, url: 'http://zenith.example:8443/login' }, 'http://zenith.example:8443/callback'],
  [
    'its prefix, cut off',
    { ...BEHIND, headers: { ...FORWARDED, 'x-forwarded-prefix': '/ops/q' } },
    'https://zenith.example/ops/q/callback',
  ],
  [
    'its prefix, left',
    { ...BEHIND, url: 'http://x/ops/q/login', headers: { ...FORWARDED, 'x-forwarded-prefix': '/ops/q' } },
    'https://zenith.example/ops/q/callback',
  ],
  [
    'its prefix before the path of a router',
    { ...BEHIND, path: '/q/login', headers: { ...FORWARDED, 'x-forwarded-prefix': '/ops' } },
    'https://zenith.example/ops/q/callback',
  ],
  [
    'the base path',
    { ...BEHIND, url: 'http://x/ops/q/login', options: { ...PROXIES, basePath: '/ops/q' }, headers: FORWARDED },
    'https://zenith.example/ops/q/callback',
  ],
  [
    'the path of a router',
    { url: 'http://localhost/login', path: '/ops/login', peer: '127.0.0.1' },
    'http://localhost/ops/callback',
  ],
  ['two hosts', { ...BEHIND, headers: { ...FORWARDED, 'x-forwarded-host': 'evil.example, zenith.example' } }, null],
  ['a host with a path', { ...BEHIND, headers: { ...FORWARDED, 'x-forwarded-host': 'zenith.example/x' } }, null],
  ['a host with a user', { ...BEHIND, headers: { ...FORWARDED, 'x-forwarded-host': 'a@evil.example' } }, null],
  ['another protocol', { ...BEHIND, headers: { ...FORWARDED, 'x-forwarded-proto': 'javascript' } }, null],
]

describe('the redirect URI comes from', () => {
  it.each(CASES)('%s: %j', async (_, given, uri) => {
    expect(await redirectUriOf(given)).toBe(uri)
  })

  it('https makes secure cookies, also where no header says so', async () => {
    const provider = await openForgedProvider()
    const site = await openSite({ sso: [provider.options], people: { url: 'https://z.example' } })
    const answer = await site.zenith.fetch(new Request('http://x/login?with=forged'), { peer: '203.0.113.7' })
    expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/; HttpOnly; SameSite=Lax; Secure$/)])
  })
})
