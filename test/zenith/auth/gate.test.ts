import { afterEach, describe, expect, it, vi } from 'vitest'
import { createZenith, type ZenithOptions } from '../../../src/create-zenith.js'
import { memoryStore } from '../../../src/stores/memory.js'
import { assets } from '../../../src/zenith/assets/generated.js'
import { PATHS as ROUTED } from '../../../src/zenith/routes.js'

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
      expect([answer.status, answer.text]).toEqual([404, 'Not Found\n'])
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

  it.each([
    { 'x-forwarded-for': '127.0.0.1, 203.0.113.7' },
    { 'x-real-ip': '203.0.113.7' },
    { forwarded: 'for=203.0.113.7' },
    { 'x-forwarded-host': 'monitor.example' },
  ])('is closed to what a proxy of this machine hands on: %j', async (headers) => {
    develop()
    expect((await ask({}, { host: 'localhost', ...headers }, '127.0.0.1')).status).toBe(404)
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
      expect([path, answer.status, answer.text]).toEqual([path, 404, 'Not Found\n'])
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
