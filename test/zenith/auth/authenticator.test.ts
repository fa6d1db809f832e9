import { afterEach, describe, expect, it, vi } from 'vitest'
import { createLoginLink, createZenith, type ZenithOptions } from '../../../src/runtime/create-zenith.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { assets } from '../../../src/zenith/assets/generated.js'
import { PATHS as ROUTED } from '../../../src/zenith/operations.js'

/** Every route of the table, the page's files, and what is not there. */
const PATHS = [
  ...ROUTED,
  ...Object.keys(assets).map((name) => `/${name}`),
  '/login',
  '/api',
  '/api/nothing',
  '/nothing',
]

const HASH = `scrypt:16384:8:1:${'s'.repeat(22)}:${'h'.repeat(43)}`
const ADA = { name: 'ada', password: HASH }

async function ask(
  options: ZenithOptions,
  headers: Record<string, string> = {},
  peer?: string,
  path = '/api/overview',
) {
  const zenith = createZenith({ store: memoryStore(), logger: false, ...options })
  const answer = await zenith.fetch(
    new Request(`http://localhost${path}`, { headers }),
    peer === undefined ? undefined : { peer },
  )
  const text = path === '/api/stream' && answer.ok ? '' : await answer.text()
  await zenith.close()
  return { status: answer.status, headers: answer.headers, text }
}

const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })

afterEach(() => void vi.unstubAllEnvs())

describe('without auth', () => {
  const develop = () => void vi.stubEnv('NODE_ENV', 'development')

  it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])('is open in development to %s', async (peer) => {
    develop()
    expect((await ask({}, { host: 'localhost:4280' }, peer)).status).toBe(200)
  })

  it.each(['localhost', 'LOCALHOST:80', '127.0.0.1:4280', '[::1]:4280', 'shop.localhost'])(
    'takes %s for this machine',
    async (host) => {
      develop()
      expect((await ask({}, { host }, '127.0.0.1')).status).toBe(200)
    },
  )

  it.each(['192.168.0.2', '10.0.0.1', '::ffff:10.0.0.1', '2001:db8::1', '127.0.0.1.evil.example', ''])(
    'shows %j that there is nothing',
    async (peer) => {
      develop()
      for (const path of PATHS) {
        const answer = await ask({}, { host: 'localhost' }, peer, path)
        expect([path, answer.status, answer.text]).toEqual([path, 404, 'Not Found\n'])
      }
    },
  )

  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '0.0.0.0', '192.168.0.2:4280', '[::2]'])(
    'does not take the host %s for this machine',
    async (host) => {
      develop()
      const answer = await ask({}, { host }, '127.0.0.1')
      expect([answer.status, JSON.parse(answer.text)]).toMatchObject([404, { error: { code: 'not_local' } }])
      expect(answer.text).toMatch(/Host is not a name of this machine .* pass the option `auth`/)
    },
  )

  it('is closed when it is not known who asks', async () => {
    develop()
    expect((await ask({})).status).toBe(404)
  })

  it('believes no header that says that the client is local', async () => {
    develop()
    const headers = {
      host: 'localhost',
      'x-forwarded-for': '127.0.0.1',
      'x-real-ip': '127.0.0.1',
      forwarded: 'for=127.0.0.1',
    }
    expect((await ask({}, headers, '203.0.113.7')).status).toBe(404)
  })

  it.each<[string, string]>([
    ['x-forwarded-for', '127.0.0.1, 203.0.113.7'],
    ['x-forwarded-for', '127.0.0.1'],
    ['x-forwarded-for', ''],
    ['X-Forwarded-Host', 'localhost'],
    ['x-forwarded-proto', 'http'],
    ['x-forwarded-port', '80'],
    ['x-forwarded-prefix', '/ops'],
    ['x-forwarded-server', 'a'],
    ['x-forwarded-anything', '1'],
    ['x-real-ip', '::1'],
    ['forwarded', 'for=127.0.0.1;host=localhost'],
    ['via', '1.1 localhost'],
    ['x-client-ip', '127.0.0.1'],
    ['x-cluster-client-ip', '127.0.0.1'],
    ['true-client-ip', '127.0.0.1'],
    ['cf-connecting-ip', '127.0.0.1'],
    ['cdn-loop', 'cloudflare'],
    ['x-envoy-external-address', '127.0.0.1'],
    ['x-original-host', 'localhost'],
    ['tailscale-user-login', 'ada'],
    ['x_forwarded_for', '203.0.113.7'],
    ['xforwardedfor', '203.0.113.7'],
    ['x-original-remote-addr', '203.0.113.7'],
    ['x-real-port', '80'],
    ['client-ip', '203.0.113.7'],
    ['clientip', '203.0.113.7'],
    ['remote-user', 'ada'],
    ['wl-proxy-client-ip', '203.0.113.7'],
    ['proxy-connection', 'keep-alive'],
    ['max-forwards', '10'],
    ['do-connecting-ip', '203.0.113.7'],
    ['x-nf-client-connection-ip', '203.0.113.7'],
    ['x-sucuri-clientip', '203.0.113.7'],
    ['x-bluecoat-via', '1'],
    ['cloudfront-viewer-country', 'DE'],
    ['akamai-origin-hop', '1'],
    ['x-request-start', 't=1'],
    ['x-ssl-client-cert', '1'],
    ['ssl-client-verify', 'NONE'],
    ['x-auth-request-user', 'ada'],
    ['x-goog-iap-jwt-assertion', 'a'],
    ['x-ms-client-principal', 'a'],
    ['early-data', '1'],
    ['x-country-code', 'DE'],
    ['x-appengine-country', 'DE'],
    ['x-tunnel-authorization', 'a'],
    ['l5d-dst-canonical', 'a'],
  ])('is closed to what a proxy of this machine hands on, and says how it can tell: %s: %s', async (name, value) => {
    develop()
    for (const auth of [undefined, 'local'] as const) {
      const options = auth === undefined ? {} : { auth }
      const answer = await ask(options, { host: 'localhost', [name]: value }, '127.0.0.1', '/api/session')
      expect([answer.status, JSON.parse(answer.text)]).toMatchObject([404, { error: { code: 'not_local' } }])
      expect(answer.text).toContain(`its header ${name.toLowerCase()} says that a proxy`)
      expect(answer.text).toContain('pass the option `auth`')
    }
  })

  it.each([
    'accept',
    'accept-language',
    'access-control-request-private-network',
    'cache-control',
    'cookie',
    'dnt',
    'device-memory',
    'if-none-match',
    'last-event-id',
    'pragma',
    'priority',
    'range',
    'referer',
    'save-data',
    'sec-ch-ua-platform-version',
    'sec-ch-viewport-width',
    'sec-fetch-user',
    'sec-gpc',
    'sec-purpose',
    'te',
    'traceparent',
    'upgrade-insecure-requests',
    'user-agent',
    'x-client-data',
    'x-request-id',
    'x-requested-with',
    'x-zenith-token',
  ])('takes the header %s for no proxy’s', async (name) => {
    develop()
    expect((await ask({}, { host: 'localhost', [name]: '1' }, '127.0.0.1', '/api/session')).status).toBe(200)
  })

  // The app may let every page read its answers: CORS for all is common in development.
  it.each<[Record<string, string>, number]>([
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', origin: 'https://evil.example' }, 404],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, 404],
    [{ 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors', origin: 'http://localhost:9' }, 404],
    [{ origin: 'https://evil.example' }, 404],
    [{ origin: 'null' }, 404],
    [{ 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }, 200],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, 200],
    [{ 'sec-fetch-site': 'none', 'sec-fetch-mode': 'cors' }, 200],
    [{ origin: 'http://localhost:3000' }, 200],
  ])('answers what a page sends with %j by %i', async (headers, status) => {
    develop()
    for (const auth of [undefined, 'local'] as const) {
      const options = auth === undefined ? {} : { auth }
      const answer = await ask(options, { host: 'localhost:3000', ...headers }, '127.0.0.1', '/api/session')
      expect(answer.status).toBe(status)
    }
  })

  it('tells its owner in the log, once, why it refused a request', async () => {
    develop()
    const lines: string[] = []
    const note = (line: string) => void lines.push(line)
    const zenith = createZenith({ store: memoryStore(), logger: { info: note, warn: note, error: note } })
    const asks: [Record<string, string>, string][] = [
      [{ host: 'localhost' }, '203.0.113.7'],
      [{ host: 'localhost', via: '1.1 a' }, '127.0.0.1'],
      [{ host: 'evil.example' }, '127.0.0.1'],
    ]
    for (const [headers, peer] of [...asks, ...asks, ...asks]) {
      await zenith.fetch(new Request('http://localhost/', { headers }), { peer })
    }
    for (let index = 0; index < 100; index++) {
      const headers = { host: 'localhost', [`x-forwarded-${index}`]: '1' }
      await zenith.fetch(new Request('http://localhost/', { headers }), { peer: '127.0.0.1' })
    }
    await zenith.close()
    expect(lines.slice(0, 3)).toEqual([
      expect.stringContaining('it came from another machine'),
      expect.stringContaining('its header via says'),
      expect.stringContaining('its Host is not a name'),
    ])
    expect(lines.length).toBeLessThanOrEqual(20)
  })

  it.each([undefined, '', 'production', 'staging', 'test', 'Development'])(
    'is closed to all when NODE_ENV is %j',
    async (value) => {
      vi.stubEnv('NODE_ENV', value)
      for (const path of PATHS) {
        const answer = await ask({}, { host: 'localhost' }, '127.0.0.1', path)
        expect([path, answer.status]).toEqual([path, 404])
        expect(answer.text).toContain('`auth`')
      }
    },
  )

  it('tells a browser of this machine how to open it in plain text, a program in JSON', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    const page = await ask({}, { host: 'localhost', accept: 'text/html' }, '127.0.0.1', '/')
    expect(page.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(page.text).toContain('createZenith({ auth:')
    const data = await ask({}, { host: 'localhost' }, '127.0.0.1')
    expect(JSON.parse(data.text)).toMatchObject({ error: { code: 'closed' } })
  })
})

describe('basic', () => {
  const auth = { basic: { username: 'ada', password: 'pa:ss wörd' } }

  it('lets in who knows name and password, from anywhere', async () => {
    expect((await ask({ auth }, basic('ada:pa:ss wörd'), '203.0.113.7')).status).toBe(200)
    const headers = { authorization: basic('ada:pa:ss wörd').authorization.replace('Basic', 'bAsIc') }
    expect((await ask({ auth }, headers)).status).toBe(200)
  })

  it.each([
    {},
    basic('ada:wrong'),
    basic('eve:pa:ss wörd'),
    basic('ada'),
    basic(''),
    { authorization: 'Basic' },
    { authorization: 'Bearer pa:ss' },
  ])('asks everybody else who they are: %j', async (headers) => {
    for (const path of PATHS) {
      const answer = await ask({ auth }, headers, '127.0.0.1', path)
      expect([path, answer.status]).toEqual([path, 401])
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/)
      expect(answer.text).not.toContain('ada')
    }
  })
})

describe('local', () => {
  it('is this machine itself, whatever NODE_ENV is, as its owner', async () => {
    for (const value of [undefined, 'production']) {
      vi.stubEnv('NODE_ENV', value)
      const answer = await ask({ auth: 'local' }, { host: 'localhost' }, '127.0.0.1', '/api/session')
      expect([answer.status, JSON.parse(answer.text)]).toMatchObject([200, { user: null, role: 'admin' }])
    }
  })

  it.each<[Record<string, string>, string | undefined]>([
    [{ host: 'localhost' }, '203.0.113.7'],
    [{ host: 'localhost' }, undefined],
    [{ host: 'monitor.example' }, '127.0.0.1'],
    [{ host: 'localhost', 'x-forwarded-for': '203.0.113.7' }, '127.0.0.1'],
    [{ host: 'localhost', via: '1.1 proxy.example' }, '127.0.0.1'],
  ])('is nobody else: %j from %s', async (headers, peer) => {
    for (const path of PATHS) {
      const answer = await ask({ auth: 'local' }, headers, peer, path)
      const text = peer === '127.0.0.1' ? expect.stringContaining('"code":"not_local"') : 'Not Found\n'
      expect([path, answer.status, answer.text]).toEqual([path, 404, text])
    }
  })
})

describe('roles of basic and bearer', () => {
  it.each([undefined, 'viewer', 'operator', 'admin'] as const)('%s', async (role) => {
    const headers = basic('ada:secret')
    const named = await ask(
      { auth: { basic: { username: 'ada', password: 'secret', role } } },
      headers,
      '',
      '/api/session',
    )
    expect(JSON.parse(named.text)).toMatchObject({ user: 'ada', role: role ?? 'viewer', canLogOut: false })
    const token = { authorization: 'Bearer token-1' }
    const nameless = await ask({ auth: { bearer: 'token-1', role } }, token, '', '/api/session')
    expect(JSON.parse(nameless.text)).toMatchObject({ user: null, role: role ?? 'viewer', canLogOut: false })
  })
})

describe('bearer', () => {
  it('lets in who has the token, and nobody else', async () => {
    const auth = { bearer: 'token-1' }
    expect((await ask({ auth }, { authorization: 'Bearer token-1' })).status).toBe(200)
    for (const authorization of ['Bearer token-2', 'Bearer', 'Bearer token-1x', 'Basic token-1', 'token-1']) {
      const answer = await ask({ auth }, { authorization })
      expect([authorization, answer.status]).toEqual([authorization, 401])
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
    }
  })
})

describe('a function', () => {
  it.each([true, 'viewer', 'operator', 'admin'] as const)('lets in by %j, also later', async (answer) => {
    expect((await ask({ auth: () => answer })).status).toBe(200)
    expect((await ask({ auth: async () => answer })).status).toBe(200)
  })

  it.each([
    [true, 'viewer'],
    ['viewer', 'viewer'],
    ['operator', 'operator'],
    ['admin', 'admin'],
  ] as const)('gives %j the role %s', async (answer, role) => {
    expect(JSON.parse((await ask({ auth: () => answer }, {}, undefined, '/api/session')).text)).toMatchObject({
      user: null,
      role,
      canLogOut: false,
    })
  })

  it.each([false, null, undefined, 'root', 1, {}])('hides everything by %j', async (answer) => {
    for (const path of PATHS)
      expect((await ask({ auth: () => answer as never }, {}, '127.0.0.1', path)).status).toBe(404)
  })

  it('may send to a log-in', async () => {
    const answer = await ask({ auth: () => new Response(null, { status: 302, headers: { location: '/login' } }) })
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/login'])
  })

  it('lets nobody in when it fails, and says so in the log alone', async () => {
    const said: string[] = []
    const logger = { info() {}, warn() {}, error: (message: string) => void said.push(message) }
    const answer = await ask({ auth: () => Promise.reject(new Error('database is down')), logger })
    expect(answer.status).toBe(500)
    expect(answer.text).not.toContain('database')
    expect(said).toEqual([expect.stringContaining('database is down')])
  })
})

describe('options', () => {
  it.each<[string, unknown]>([
    ['auth', { basic: { username: 'ada', password: '' } }],
    ['auth', { basic: { username: '', password: 'x' } }],
    ['auth', { bearer: '' }],
    ['auth', {}],
    ['auth', true],
    ['auth', null],
    ['auth', { basic: { username: 'a', password: 'b' }, bearer: 'c' }],
    ['auth', 'remote'],
    ['auth', { bearer: 'x', role: 'root' }],
    ['auth', { basic: { username: 'a', password: 'b', role: 'root' } }],
    ['auth', { users: [] }],
    ['auth', { link: 'login/link/x' }],
    ['auth', { link: {} }],
    ['auth', { link: createLoginLink(), bearer: 'x' }],
    ['auth', { link: createLoginLink(), role: 'viewer' }],
    ['auth', { users: [{ name: 'ada', password: 'plain' }] }],
    ['auth', { users: [{ name: '', password: HASH }] }],
    ['auth', { users: [{ name: 'a\nb', password: HASH }] }],
    ['auth', { users: [{ name: 'ada', password: HASH, role: 'root' }] }],
    ['auth', { users: [{ name: 'ada', password: HASH, admin: true }] }],
    ['auth', { users: [ADA, ADA] }],
    ['auth', { users: [ADA], secret: 'short' }],
    ['auth', { users: [ADA], sessionHours: 0 }],
    ['auth', { users: [ADA], secureCookies: 'yes' }],
    ['auth', { users: [ADA], bearer: 'x' }],
    ['auth', { users: [ADA], cookie: 'x' }],
    ['auth', { users: [{ name: 'ada', password: HASH.replace('scrypt:16384', 'scrypt:1024') }] }],
    ['auth', { users: [{ name: 'ada', password: HASH.replace('scrypt:16384', 'scrypt:9999999') }] }],
    ['interval', 1],
    ['interval', '1500'],
    ['slow', 0],
    ['prefix', 'no-colon'],
    ['redis', 'http://localhost'],
    ['redis', 'localhost'],
    ['store', {}],
    ['basePath', 'quasar ?'],
    ['logger', {}],
    ['unknown', 1],
  ])('%s does not take %j, and the error names it', (option, value) => {
    const create = () => createZenith({ [option]: value } as ZenithOptions)
    expect(create).toThrow(
      expect.objectContaining({ code: 'invalid_option', message: expect.stringContaining(`"${option}"`) }),
    )
  })

  it('refuses a password in plain text, without repeating it, and says how to make a hash', () => {
    const create = () => createZenith({ auth: { users: [{ name: 'ada', password: 'correct horse' }] } })
    expect(create).toThrow(expect.objectContaining({ message: expect.stringContaining('npx quasar hash-password') }))
    expect(create).toThrow(expect.objectContaining({ message: expect.not.stringContaining('horse') }))
  })

  it('takes no short secret from the environment', () => {
    vi.stubEnv('QUASAR_SECRET', 'short')
    expect(() => createZenith({ auth: { users: [ADA] } })).toThrow(/QUASAR_SECRET/)
  })

  it('shows no secret in an error', () => {
    const create = () => createZenith({ redis: 'http://:secret@host' })
    expect(create).toThrow(expect.objectContaining({ message: expect.not.stringContaining('secret') }))
  })
})
