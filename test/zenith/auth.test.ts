import { afterEach, describe, expect, it, vi } from 'vitest'
import { createZenith, type ZenithOptions } from '../../src/create-zenith.js'
import { memoryStore } from '../../src/stores/memory.js'

const PATHS = ['/', '/index.html', '/api/overview', '/api/stream', '/api/health', '/api/nodes', '/nothing']

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
    ['interval', 1],
    ['interval', '1500'],
    ['slow', 0],
    ['prefix', 'no-colon'],
    ['redis', 'http://localhost'],
    ['redis', 'localhost:6379'],
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

  it('shows no secret in an error', () => {
    const create = () => createZenith({ redis: 'http://:secret@host' })
    expect(create).toThrow(expect.objectContaining({ message: expect.not.stringContaining('secret') }))
  })
})
