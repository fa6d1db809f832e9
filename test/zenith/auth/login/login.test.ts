import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  createZenith,
  hashPassword,
  type LoginOptions,
  type Zenith,
  type ZenithOptions,
} from '../../../../src/runtime/create-zenith.js'
import { memoryStore } from '../../../../src/stores/memory/index.js'
import { assets } from '../../../../src/zenith/assets/generated.js'
import { PATHS } from '../../../../src/zenith/operations.js'
import { cheapHash, cookiesOf, formBody, formOf, USERS } from '../../support/login.js'

const BASE = 'http://monitor.example'
const SAME = { 'sec-fetch-site': 'same-origin' }

type Headers = Record<string, string>

function zenithWith(login: Partial<LoginOptions> = {}, options: ZenithOptions = {}): Zenith {
  const zenith = createZenith({ store: memoryStore(), logger: false, auth: { users: USERS, ...login }, ...options })
  onTestFinished(() => zenith.close())
  return zenith
}

function get(zenith: Zenith, path: string, headers: Headers = {}, peer = '203.0.113.7') {
  return zenith.fetch(new Request(BASE + path, { headers: { host: 'monitor.example', ...headers } }), { peer })
}

function post(zenith: Zenith, path: string, fields: Record<string, string>, headers: Headers, peer = '203.0.113.7') {
  const init = {
    method: 'POST',
    headers: { host: 'monitor.example', 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: formBody(fields),
  }
  return zenith.fetch(new Request(BASE + path, init), { peer })
}

async function formAt(zenith: Zenith, path = '/login', headers: Headers = {}) {
  const answer = await get(zenith, path, headers)
  return formOf(await answer.text(), answer.headers.getSetCookie())
}

interface Attempt {
  readonly name?: string
  readonly password?: string
  readonly next?: string
  readonly headers?: Headers
  readonly peer?: string
}

async function logIn(zenith: Zenith, { name = 'ada', password = 'correct horse', ...attempt }: Attempt = {}) {
  const { token, next, cookie } = await formAt(zenith)
  const fields = { token, next: attempt.next ?? next, name, password }
  const answer = await post(zenith, '/login', fields, { ...SAME, cookie, ...attempt.headers }, attempt.peer)
  return { answer, cookie: cookiesOf(answer.headers.getSetCookie()), text: await answer.text() }
}

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
})

describe('without a session', () => {
  it.each([
    ['/', './login'],
    ['/?service=shop&period=1h', './login?next=%3Fservice%3Dshop%26period%3D1h'],
    ['/index.html', './login?next=index.html'],
    ['/service/shop', '../login?next=service%2Fshop'],
  ])('a browser that asks for %s is led to the log-in', async (path, location) => {
    const answer = await get(zenithWith(), path, { accept: 'text/html,*/*' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, location])
  })

  it('everything else gets 401 in JSON: routes, streams and files', async () => {
    const zenith = zenithWith()
    const files = Object.keys(assets).filter((name) => name !== 'favicon.svg')
    for (const path of [...PATHS, ...files.map((name) => `/${name}`), '/api', '/nothing']) {
      for (const accept of path.startsWith('/api') ? ['text/html', 'text/event-stream'] : ['*/*']) {
        const answer = await get(zenith, path, { accept })
        expect([path, answer.status]).toEqual([path, 401])
        expect(await answer.json()).toMatchObject({ error: { code: 'unauthorized' } })
      }
    }
  })

  it('a browser that changes something gets 401, too', async () => {
    const answer = await post(zenithWith(), '/', {}, { ...SAME, accept: 'text/html' })
    expect(answer.status).toBe(401)
  })

  it('the log-in page comes with a policy that allows a form and no script', async () => {
    const answer = await get(zenithWith(), '/login')
    expect(answer.status).toBe(200)
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy.split('; ').sort()).toEqual([
      "base-uri 'none'",
      "default-src 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "img-src 'self'",
      "style-src 'self'",
    ])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect((await get(zenithWith(), '/login.css')).headers.get('content-type')).toBe('text/css; charset=utf-8')
  })

  it('shows what was typed and what was asked for as text', async () => {
    const hostile = `"><script>alert(1)</script>`
    const zenith = zenithWith()
    const asked = await (await get(zenith, `/login?next=${encodeURIComponent(hostile)}`)).text()
    const { text } = await logIn(zenith, { name: hostile, next: hostile })
    for (const html of [asked, text]) {
      expect(html).not.toContain('<script')
      expect(html).toContain('&lt;script&gt;')
    }
  })
})

describe('logging in', () => {
  it('lets in with the role, and shows who it is', async () => {
    const zenith = zenithWith()
    const { answer, cookie } = await logIn(zenith)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, './'])
    expect((await get(zenith, '/', { cookie })).status).toBe(200)
    const session = await get(zenith, '/api/session', { cookie })
    expect(await session.json()).toMatchObject({ user: 'ada', role: 'operator', canLogOut: true })
    const bob = await logIn(zenith, { name: 'bob', password: 'battery staple' })
    const other = await get(zenith, '/api/session', { cookie: bob.cookie })
    expect(await other.json()).toMatchObject({ user: 'bob', role: 'viewer', canLogOut: true })
    const known = await get(zenith, '/login?next=%3Fa%3D1', { cookie })
    expect([known.status, known.headers.get('location')]).toEqual([303, './?a=1'])
  })

  it('sets a cookie that no script and no other site can use, for the folder of the page and 12 hours', async () => {
    const { answer } = await logIn(zenithWith())
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('quasar_session='))
    expect(cookie).toMatch(/^quasar_session=[\w.-]+; Max-Age=43200; HttpOnly; SameSite=Strict$/)
  })

  it.each<[LoginOptions['secureCookies'], Headers, boolean]>([
    [undefined, {}, false],
    ['auto', { 'x-forwarded-proto': 'https' }, true],
    ['auto', { 'x-forwarded-proto': 'http' }, false],
    ['auto', { 'x-forwarded-proto': 'https, http' }, true],
    ['auto', { origin: 'https://monitor.example' }, true],
    [true, {}, true],
    [false, { 'x-forwarded-proto': 'https' }, false],
  ])('with secureCookies %s and %j, Secure is %s', async (secureCookies, headers, isSecure) => {
    const { answer } = await logIn(zenithWith({ secureCookies }), { headers })
    const cookies = answer.headers.getSetCookie()
    expect(cookies).toHaveLength(3)
    for (const cookie of cookies) expect(cookie.endsWith('; Secure')).toBe(isSecure)
  })

  it.each([
    ['ada', 'wrong'],
    ['ada', ''],
    ['ada', 'correct horse '],
    ['ada', 'battery staple'],
    ['ADA', 'correct horse'],
    ['eve', 'correct horse'],
    ['__proto__', 'x'],
    ['', ''],
    ['a'.repeat(101), 'x'],
    ['ada', 'x'.repeat(1_001)],
  ])('refuses %j with %j, and does not say which of the two was wrong', async (name, password) => {
    const { answer, cookie, text } = await logIn(zenithWith(), { name, password })
    expect(answer.status).toBe(401)
    expect(text).toContain('<p class="problem" role="alert">Name or password is wrong.</p>')
    expect(cookie).not.toContain('quasar_session')
  })

  it('takes what hashPassword made, however the letters were typed', async () => {
    const users = [{ name: 'ada', password: await hashPassword('h\u00f6rse correct') }]
    expect((await logIn(zenithWith({ users }), { password: 'ho\u0308rse correct' })).answer.status).toBe(303)
  })

  it.each([
    ['?service=shop', './?service=shop'],
    ['service/shop?x=1', './service/shop?x=1'],
    ['', './'],
    ['//evil.example', './//evil.example'],
    ['https://evil.example', './https://evil.example'],
    ['\\\\evil.example', './//evil.example'],
    ['../../admin', './'],
    ['a/../../admin', './'],
    ['%2e%2e/admin', './'],
    ['/%09/evil.example', './/%09/evil.example'],
    ['\t//evil.example', './//evil.example'],
    ['x\r\nset-cookie: a=b', './xset-cookie:%20a=b'],
    ['javascript:alert(1)', './javascript:alert(1)'],
    ['login', './'],
    ['logout', './'],
    ['a'.repeat(1_001), './'],
  ])('goes on from %j to %s, never outside of the mount', async (next, location) => {
    const { answer } = await logIn(zenithWith(), { next })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, location])
    const mount = 'http://monitor.example/ops/quasar/'
    expect(new URL(location, `${mount}login`).href.startsWith(mount)).toBe(true)
  })
})

describe('a form from elsewhere', () => {
  it.each<Headers>([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'cross-site', origin: BASE },
    { origin: 'http://evil.example' },
    { origin: 'http://monitor.example:8080', host: 'monitor.example:9090' },
    { origin: 'http://monitor.example.evil.example' },
    { origin: 'null' },
    {},
  ])('is not taken: %j', async (headers) => {
    const zenith = zenithWith()
    const { token, next, cookie } = await formAt(zenith)
    const fields = { token, next, name: 'ada', password: 'correct horse' }
    const answer = await post(zenith, '/login', fields, { cookie, ...headers })
    expect(answer.status).toBe(403)
    expect(cookiesOf(answer.headers.getSetCookie())).not.toContain('quasar_session')
  })

  it.each<Headers>([
    SAME,
    { origin: BASE },
    { origin: 'https://ops.example', 'x-forwarded-host': 'ops.example' },
    { origin: 'http://monitor.example:8080', host: 'monitor.example:8080' },
    { origin: 'http://ops.example:8080', 'x-forwarded-host': 'ops.example' },
  ])('is this page’s own with %j', async (headers) => {
    const zenith = zenithWith()
    const { token, next, cookie } = await formAt(zenith)
    const fields = { token, next, name: 'ada', password: 'correct horse' }
    expect((await post(zenith, '/login', fields, { cookie, ...headers })).status).toBe(303)
  })

  it('is not taken without its cookie, or with a token of another form', async () => {
    const zenith = zenithWith()
    const mine = await formAt(zenith)
    const other = await formAt(zenith)
    const fields = { next: '', name: 'ada', password: 'correct horse' }
    const tries: [token: string, cookie: string][] = [
      [mine.token, ''],
      ['', mine.cookie],
      [other.token, mine.cookie],
      [mine.token, other.cookie],
    ]
    for (const [token, cookie] of tries) {
      expect((await post(zenith, '/login', { ...fields, token }, { ...SAME, cookie })).status).toBe(403)
    }
    // The answer to a refused form is a form that works.
    const again = await post(zenith, '/login', fields, { ...SAME, cookie: mine.cookie })
    const { token } = formOf(await again.text(), again.headers.getSetCookie())
    expect((await post(zenith, '/login', { ...fields, token }, { ...SAME, cookie: mine.cookie })).status).toBe(303)
  })

  it('is not taken as JSON, and not when it is longer than a form can be', async () => {
    const zenith = zenithWith()
    const { token, cookie } = await formAt(zenith)
    const fields = { token, name: 'ada', password: 'correct horse' }
    const headers = { ...SAME, cookie }
    const json = await post(zenith, '/login', fields, { ...headers, 'content-type': 'application/json' })
    expect(json.status).toBe(403)
    expect((await post(zenith, '/login', { x: 'x'.repeat(9_000), ...fields }, headers)).status).toBe(403)
    const put = await zenith.fetch(new Request(`${BASE}/login`, { method: 'PUT', headers }))
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST'])
  })
})

function times<T>(count: number, attempt: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => attempt(index + 1)))
}

describe('guessing', () => {
  it.each(['ada', 'eve'])(
    'of %s, whom somebody is or nobody, is slowed down from one address, and from it alone',
    async (name) => {
      const zenith = zenithWith()
      const guesses = await times(11, () => logIn(zenith, { name, password: 'wrong' }))
      expect(guesses.map(({ answer }) => answer.status).sort()).toEqual([...Array(10).fill(401), 429])
      const right = await logIn(zenith, { name })
      expect(right.answer.status).toBe(429)
      expect(Number(right.answer.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(right.text).toContain('Too many attempts')
      expect((await logIn(zenith, { name: 'bob', password: 'battery staple' })).answer.status).toBe(303)
      expect((await logIn(zenith, { name, peer: '203.0.113.99' })).answer.status).toBe(name === 'ada' ? 303 : 401)
    },
  )

  it.each([
    ['an address', () => '203.0.113.7'],
    ['a network of IPv6', (guess: number) => `2001:db8:1:2::${guess.toString(16)}`],
  ])('is slowed down for %s, whatever the name', async (_, peerOf) => {
    const zenith = zenithWith()
    const guesses = await times(20, (guess) => logIn(zenith, { name: `user-${guess}`, peer: peerOf(guess) }))
    expect(guesses.map(({ answer }) => answer.status)).toEqual(Array(20).fill(401))
    expect((await logIn(zenith, { peer: peerOf(21) })).answer.status).toBe(429)
    expect((await logIn(zenith, { peer: '2001:db8:1:3::1' })).answer.status).toBe(303)
  })

  it('counts clients apart by the word of a proxy of this machine, and of no other', async () => {
    const zenith = zenithWith()
    const from = (peer: string, client: string, name: string) =>
      logIn(zenith, { name, peer, headers: { 'x-forwarded-for': client } })
    await times(20, (guess) => from('127.0.0.1', 'forged, 203.0.113.7', `user-${guess}`))
    expect((await from('127.0.0.1', '203.0.113.7', 'ada')).answer.status).toBe(429)
    expect((await from('127.0.0.1', '203.0.113.8', 'ada')).answer.status).toBe(303)
    await times(20, (guess) => from('198.51.100.1', `203.0.113.${guess}`, `user-${guess}`))
    expect((await from('198.51.100.1', '203.0.113.99', 'ada')).answer.status).toBe(429)
  })

  it('does not count who is right', async () => {
    const zenith = zenithWith()
    for (let time = 1; time <= 12; time++) expect((await logIn(zenith)).answer.status).toBe(303)
  })

  it('leaves a line in the log without password, and without a name that may be one', async () => {
    const lines: string[] = []
    const note = (line: string) => void lines.push(line)
    const zenith = zenithWith({}, { logger: { info: note, warn: note, error: note } })
    await logIn(zenith, { password: 'nearly correct' })
    await logIn(zenith, { name: 'correct horse', password: 'ada' })
    await logIn(zenith)
    expect(lines).toEqual([
      'Zenith: a log-in failed, of "ada" from 203.0.113.7',
      'Zenith: a log-in failed, of an unknown name from 203.0.113.7',
    ])
  })
})

describe('a session', () => {
  const statusOf = async (zenith: Zenith, cookie: string) => (await get(zenith, '/api/session', { cookie })).status
  const secret = 'a secret of more than 16'

  it('is over after its time', async () => {
    const zenith = zenithWith({ sessionHours: 1 })
    const { cookie } = await logIn(zenith)
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(Date.now() + 3_590_000)
    expect(await statusOf(zenith, cookie)).toBe(200)
    vi.setSystemTime(Date.now() + 11_000)
    expect(await statusOf(zenith, cookie)).toBe(401)
  })

  it('outlives a restart with a secret, by option or QUASAR_SECRET, and only then', async () => {
    const { cookie } = await logIn(zenithWith({ secret }))
    expect(await statusOf(zenithWith({ secret }), cookie)).toBe(200)
    expect(await statusOf(zenithWith({ secret: `${secret}!` }), cookie)).toBe(401)
    expect(await statusOf(zenithWith(), cookie)).toBe(401)
    vi.stubEnv('QUASAR_SECRET', secret)
    expect(await statusOf(zenithWith(), cookie)).toBe(200)
  })

  it('ends with a new password and with the user; a new role counts at once', async () => {
    const { cookie } = await logIn(zenithWith({ secret }))
    const changed = { ...USERS[0], password: cheapHash('correct horse') }
    expect(await statusOf(zenithWith({ secret, users: [changed] }), cookie)).toBe(401)
    expect(await statusOf(zenithWith({ secret, users: [USERS[1]] }), cookie)).toBe(401)
    const promoted = zenithWith({ secret, users: [{ ...USERS[0], role: 'admin' }] })
    const session = await get(promoted, '/api/session', { cookie })
    expect(await session.json()).toMatchObject({ role: 'admin' })
  })

  it('can’t be forged, prolonged or given another name', async () => {
    const zenith = zenithWith()
    const { cookie } = await logIn(zenith)
    const token = /quasar_session=([\w.-]+)/.exec(cookie)?.[1] ?? ''
    const [name, expires, nonce, signature = ''] = token.split('.')
    const bob = Buffer.from('bob').toString('base64url')
    const other = signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))
    const forged = [
      [bob, expires, nonce, signature],
      [name, Number(expires) + 1, nonce, signature],
      [name, expires, nonce, other],
      [name, expires, nonce, ''],
      [name, expires, nonce],
      [],
    ].map((parts) => parts.join('.'))
    expect(await statusOf(zenith, `quasar_session=${token}`)).toBe(200)
    for (const one of [...forged, 'x'.repeat(100_000)]) {
      expect([one.slice(0, 99), await statusOf(zenith, `quasar_session=${one}`)]).toEqual([one.slice(0, 99), 401])
    }
  })

  it('ends by a log-out, which takes a form of its own', async () => {
    const zenith = zenithWith()
    const { cookie } = await logIn(zenith)
    const page = await (await get(zenith, '/logout', { cookie })).text()
    expect(page).toContain('<bdi>ada</bdi>')
    const token = /name="token" value="([^"]+)"/.exec(page)?.[1] ?? ''
    const refused = [
      await post(zenith, '/logout', { token }, { cookie, 'sec-fetch-site': 'cross-site' }),
      await post(zenith, '/logout', { token: 'x' }, { ...SAME, cookie }),
      await post(zenith, '/logout', {}, { ...SAME, cookie }),
    ]
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403])
    expect(await statusOf(zenith, cookie)).toBe(200)
    const answer = await post(zenith, '/logout', { token }, { ...SAME, cookie })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, './login'])
    expect(answer.headers.getSetCookie()).toEqual(['quasar_session=; Max-Age=0; HttpOnly; SameSite=Strict'])
    // Also for whoever has copied the cookie.
    expect(await statusOf(zenith, cookie)).toBe(401)
    expect((await get(zenith, '/logout', { cookie })).headers.get('location')).toBe('./login')
  })
})
