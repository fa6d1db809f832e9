import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createZenith, type Zenith, type ZenithOptions } from '../../../../src/runtime/create-zenith.js'
import { startRedis, type TestRedis } from '../../../support/redis.js'
import { cookiesOf, formBody, formOf, USERS } from '../../support/login.js'

type Headers = Record<string, string>

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())
beforeEach(() => redis.client().flushall())

const SECRET = 'the same in all replicas'
const BASIC = { basic: { username: 'ada', password: 'correct horse' } }
const BEARER = { bearer: 'the-right-token' }
const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Replicas with one Redis, and what they log. */
function replicas(options: ZenithOptions, count = 2) {
  const lines: string[] = []
  const note = (line: string) => void lines.push(line)
  const zeniths = Array.from({ length: count }, () =>
    createZenith({ redis: redis.url, logger: { info: note, warn: note, error: note }, ...options }),
  )
  onTestFinished(() => Promise.all(zeniths.map((zenith) => zenith.close())).then(() => undefined))
  return { zeniths: zeniths as [Zenith, Zenith], lines }
}

function get(zenith: Zenith, headers: Headers, peer = '203.0.113.7') {
  return zenith.fetch(new Request('http://monitor.example/api/session', { headers }), { peer })
}

interface Attempt {
  readonly name?: string
  readonly password?: string
  readonly peer?: string
  readonly cookie?: string
}

async function logIn(
  zenith: Zenith,
  { name = 'ada', password = 'correct horse', peer = '203.0.113.7', cookie = '' }: Attempt,
) {
  const url = 'http://monitor.example/login'
  const page = await zenith.fetch(new Request(url), { peer })
  const form = formOf(await page.text(), page.headers.getSetCookie())
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'sec-fetch-site': 'same-origin',
    cookie: `${form.cookie}; ${cookie}`,
  }
  const body = formBody({ token: form.token, next: '', name, password })
  const answer = await zenith.fetch(new Request(url, { method: 'POST', headers, body }), { peer })
  return { status: answer.status, headers: answer.headers, cookie: cookiesOf(answer.headers.getSetCookie()) }
}

async function statuses(
  count: number,
  attempt: (index: number) => Promise<{ readonly status: number }>,
): Promise<number[]> {
  const found: number[] = []
  for (let index = 1; index <= count; index++) found.push((await attempt(index)).status)
  return found
}

/** Ten at a time. */
async function atOnce(
  count: number,
  attempt: (index: number) => Promise<{ readonly status: number }>,
): Promise<number[]> {
  const found: number[] = []
  while (found.length < count) {
    const some = Array.from({ length: 10 }, (_, index) => attempt(found.length + index + 1))
    found.push(...(await Promise.all(some)).map(({ status }) => status))
  }
  return found
}

const WAYS: [
  string,
  ZenithOptions,
  (zenith: Zenith, isRight: boolean, peer?: string) => Promise<{ status: number; headers: globalThis.Headers }>,
][] = [
  [
    'basic',
    { auth: BASIC },
    (zenith, isRight, peer) => get(zenith, basic(isRight ? 'ada:correct horse' : 'ada:wrong'), peer),
  ],
  [
    'bearer',
    { auth: BEARER },
    (zenith, isRight, peer) => get(zenith, bearer(isRight ? 'the-right-token' : 'wrong'), peer),
  ],
  [
    'the log-in',
    { auth: { users: USERS, secret: SECRET } },
    (zenith, isRight, peer) => logIn(zenith, { password: isRight ? 'correct horse' : 'wrong', ...(peer && { peer }) }),
  ],
]

describe.each(WAYS)('guessing by %s', (_, options, attempt) => {
  it('is slowed down over all replicas, and not from another address', async () => {
    const { zeniths } = replicas(options)
    const found = await statuses(10, (index) => attempt(zeniths[index % 2] as Zenith, false))
    expect(found).toEqual(Array(10).fill(401))
    for (const zenith of zeniths) {
      for (const isRight of [false, true]) {
        const answer = await attempt(zenith, isRight)
        expect(answer.status).toBe(429)
        const wait = Number(answer.headers.get('retry-after'))
        expect(wait).toBeGreaterThan(0)
        expect(wait).toBeLessThanOrEqual(30)
      }
    }
    for (const zenith of zeniths) expect((await attempt(zenith, true, '198.51.100.1')).status).toBeLessThan(400)
  })

  it('is slowed down from many addresses, and not for one that was right before', async () => {
    const { zeniths } = replicas(options)
    expect((await attempt(zeniths[0], true, '198.51.100.1')).status).toBeLessThan(400)
    const found = await atOnce(70, (index) => attempt(zeniths[index % 2] as Zenith, false, `203.0.113.${index}`))
    // A slow machine gets one more for each 30 s.
    expect(found.filter((status) => status === 401).length).toBeGreaterThanOrEqual(50)
    expect(found.at(-1)).toBe(429)
    expect((await attempt(zeniths[1], true, '203.0.113.99')).status).toBe(429)
    for (const zenith of zeniths) expect((await attempt(zenith, true, '198.51.100.1')).status).toBeLessThan(400)
  })

  it('is told of once for each lock-out, in whichever replica', async () => {
    const { zeniths, lines } = replicas(options)
    await statuses(30, (index) => attempt(zeniths[index % 2] as Zenith, false))
    const told = lines.filter((line) => line.includes('too many wrong log-ins'))
    expect(told).toEqual([
      expect.stringMatching(
        /^Zenith: too many wrong log-ins of .* from 203\.0\.113\.7; the next guess is checked in \d+ s$/,
      ),
    ])
  })

  it('goes on being slowed down while Redis is away, and says so once', async () => {
    const own = await startRedis()
    onTestFinished(() => own.stop())
    const { zeniths, lines } = replicas({ ...options, redis: own.url }, 1)
    await statuses(5, () => attempt(zeniths[0], false))
    await own.stop()
    expect(await statuses(7, () => attempt(zeniths[0], false))).toEqual([...Array(5).fill(401), 429, 429])
    expect((await attempt(zeniths[0], true, '198.51.100.1')).status).toBeLessThan(400)
    expect(lines.filter((line) => line.includes('in this process alone'))).toHaveLength(1)
  })
})

describe('what counts', () => {
  it('is the address, whatever the way in and the name, over all of them together', async () => {
    const { zeniths } = replicas({ auth: BASIC }, 1)
    const [other] = replicas({ auth: { users: USERS } }, 1).zeniths
    await statuses(10, (index) => get(zeniths[0], basic(`user-${index}:x`)))
    expect(await statuses(10, (index) => logIn(other, { name: `name-${index}` }))).toEqual(Array(10).fill(401))
    expect((await logIn(other, {})).status).toBe(429)
    expect((await get(zeniths[0], basic('ada:correct horse'))).status).toBe(429)
  })

  it('is a /64 of IPv6, however it is written', async () => {
    const { zeniths } = replicas({ auth: BEARER }, 1)
    const forms = ['2001:db8:1:2::1', '2001:0DB8:0001:0002:ffff::', '2001:db8:1:2:3:4:1.2.3.4', '2001:db8:1:2::%eth0']
    await statuses(10, (index) => get(zeniths[0], bearer('wrong'), forms[index % forms.length]))
    for (const peer of forms) expect((await get(zeniths[0], bearer('the-right-token'), peer)).status).toBe(429)
    expect((await get(zeniths[0], bearer('the-right-token'), '2001:db8:1:3::1')).status).toBe(200)
    await statuses(10, () => get(zeniths[0], bearer('wrong'), '::ffff:192.0.2.1'))
    expect((await get(zeniths[0], bearer('the-right-token'), '192.0.2.1')).status).toBe(429)
  })

  it('is the client that a known proxy tells of, and no word of anybody else', async () => {
    const { zeniths } = replicas({ auth: BEARER, proxies: ['10.0.0.0/8'] }, 1)
    const from = (forwarded: string, token: string, peer: string) =>
      get(zeniths[0], { ...bearer(token), 'x-forwarded-for': forwarded }, peer)
    await statuses(10, (index) => from(`192.0.2.${index}, 203.0.113.7, 10.0.0.2`, 'wrong', '10.0.0.1'))
    expect((await from('203.0.113.7', 'the-right-token', '10.0.0.9')).status).toBe(429)
    expect((await from('203.0.113.7:4711', 'the-right-token', '10.0.0.9')).status).toBe(429)
    expect((await from('203.0.113.8', 'the-right-token', '10.0.0.9')).status).toBe(200)
    await statuses(10, (index) => from(`192.0.2.${index}`, 'wrong', '198.51.100.9'))
    expect((await from('192.0.2.99', 'the-right-token', '198.51.100.9')).status).toBe(429)
  })

  it('is no guess that nobody had the time to check', async () => {
    const { zeniths } = replicas({ auth: { users: USERS } }, 1)
    const others = Array.from({ length: 60 }, (_, index) => ({ name: `name-${index}`, peer: `198.51.100.${index}` }))
    const mine = Array<Attempt>(10).fill({})
    const found = await Promise.all([...others, ...mine].map((one) => logIn(zeniths[0], one)))
    expect(found.slice(others.length).map(({ status }) => status)).toEqual(Array(10).fill(503))
    expect(await statuses(11, () => logIn(zeniths[0], { password: 'wrong' }))).toEqual([...Array(10).fill(401), 429])
  })

  it('counts over all replicas also while this process is held', async () => {
    const { zeniths, lines } = replicas({ auth: BEARER }, 1)
    await get(zeniths[0], bearer('wrong'))
    for (let count = 0; count < 3; count++) {
      const guess = get(zeniths[0], bearer('wrong'))
      await new Promise(setImmediate)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_200)
      await guess
    }
    expect(lines).toEqual([])
  })

  it('is no request without credentials', async () => {
    const { zeniths } = replicas({ auth: BASIC }, 1)
    expect(await statuses(60, () => get(zeniths[0], {}))).toEqual(Array(60).fill(401))
    expect((await get(zeniths[0], basic('ada:correct horse'))).status).toBe(200)
  })

  it('is asked of Redis for a program that is right once in a while, not for each request', async () => {
    const { zeniths } = replicas({ auth: BEARER }, 1)
    const client = redis.client()
    await get(zeniths[0], bearer('the-right-token'))
    const calls = async () =>
      Number(/calls=(\d+)/.exec(/cmdstat_zincrby:.*/.exec(await client.info('commandstats'))?.[0] ?? '')?.[1] ?? 0)
    const before = await calls()
    await statuses(50, () => get(zeniths[0], bearer('the-right-token')))
    expect(await calls()).toBe(before)
  })
})

it('remembers no more than two hundred addresses for an account, so that no user pushes out what others owe', async () => {
  const { zeniths } = replicas({ auth: BEARER }, 1)
  const addresses = Array.from({ length: 260 }, (_, index) => `2001:db8:0:${(index + 1).toString(16)}::1`)
  const found = await statuses(addresses.length, (index) =>
    get(zeniths[0], bearer('the-right-token'), addresses[index - 1]),
  )
  expect(found).toEqual(Array(addresses.length).fill(200))
  const [debts = ''] = await redis.client().keys('*debts*')
  expect(await redis.client().zcard(debts)).toBe(201)
  await atOnce(70, (index) => get(zeniths[0], bearer('wrong'), `203.0.113.${index}`))
  const { zeniths: others } = replicas({ auth: BEARER }, 1)
  expect((await get(others[0], bearer('the-right-token'), addresses[0])).status).toBe(200)
  expect((await get(others[0], bearer('the-right-token'), addresses.at(-1))).status).toBe(429)
})

describe('a browser that logged in before', () => {
  const auth = { users: USERS, secret: SECRET }

  it('has tries of its own, whatever others do to its account or from its address', async () => {
    const { zeniths } = replicas({ auth })
    const { cookie } = await logIn(zeniths[0], {})
    expect(cookie).toContain('quasar_device=')
    await atOnce(70, (index) => logIn(zeniths[0], { password: 'wrong', peer: `198.51.100.${index}` }))
    await statuses(25, (index) => logIn(zeniths[0], { name: `name-${index}`, password: 'wrong' }))
    expect((await logIn(zeniths[1], {})).status).toBe(429)
    expect((await logIn(zeniths[1], { cookie })).status).toBe(303)
    expect((await logIn(zeniths[1], { cookie, peer: '198.51.100.250' })).status).toBe(303)
  })

  it('guesses no more than others do, and for its own account alone', async () => {
    const { zeniths } = replicas({ auth })
    const { cookie } = await logIn(zeniths[0], {})
    const found = await statuses(12, (index) =>
      logIn(zeniths[index % 2] as Zenith, { password: 'wrong', cookie, peer: `203.0.113.${index}` }),
    )
    expect(found).toEqual([...Array(10).fill(401), 429, 429])
    await statuses(10, () => logIn(zeniths[0], { name: 'bob', password: 'wrong', cookie }))
    expect((await logIn(zeniths[0], { name: 'bob', password: 'battery staple', cookie })).status).toBe(429)
    for (const forged of [
      'x',
      `${'a'.repeat(16)}.${'b'.repeat(43)}`,
      cookie.replace(/quasar_device=./, 'quasar_device=-'),
    ]) {
      const answer = await logIn(zeniths[0], {
        cookie: `quasar_device=${forged}`,
        password: 'wrong',
        peer: '192.0.2.1',
      })
      expect(answer.status).toBe(401)
    }
  })
})

it('keeps within bounds what it remembers of a hundred thousand addresses, and still knows who is locked out', async () => {
  const { zeniths } = replicas({ auth: BEARER }, 1)
  await statuses(11, () => get(zeniths[0], bearer('wrong')))
  const client = redis.client()
  const debts = await vi.waitFor(async () => {
    const [key] = await client.keys('*debts*')
    if (!key) throw new Error('Nothing is kept')
    return key
  })
  const soon = Date.now() + 60_000
  for (let block = 0; block < 10; block++) {
    const names = Array.from({ length: 10_000 }, (_, index) => `flood-${block}-${index}`)
    await client.call('zadd', debts, ...names.flatMap((name) => [String(soon), name]))
  }
  await get(zeniths[0], bearer('wrong'), '192.0.2.1')
  expect(await client.zcard(debts)).toBeLessThanOrEqual(20_000)
  const { zeniths: others } = replicas({ auth: BEARER }, 1)
  expect((await get(others[0], bearer('the-right-token'))).status).toBe(429)
  const members = (await client.call('zrange', debts, '0', '-1')) as string[]
  expect(members.filter((member) => /203\.0\.113|192\.0\.2|right-token/.test(member))).toEqual([])
})
