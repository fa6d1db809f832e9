import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { NewAuditEntry, Store } from '../../src/ports/index.js'
import { type AuditBreak, keysOf, MAX_AUDIT_ENTRIES } from '../../src/protocol/index.js'
import { breaksOf } from '../../src/stores/audit/breaks.js'
import { NO_HASH, type TrailLine } from '../../src/stores/audit/line.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { startRedis, type TestRedis } from '../support/redis.js'

const TOKEN = 'a-token-of-the-trail'
const NEXT = 'the-token-after-that-one'
const keys = keysOf()

let server: TestRedis
let admin: Redis
const stores: Store[] = []

beforeAll(async () => {
  server = await startRedis()
  admin = server.client()
})
afterAll(() => server?.stop())
beforeEach(() => admin.flushall())
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
})

function open(token?: string | string[]): Store {
  const store = redisStore({ redis: server.url, token })
  stores.push(store)
  return store
}

const line = (target: string): NewAuditEntry => ({
  ...{ operation: 'op', step: 'intent', at: 1_767_225_600_000, user: 'ada', role: 'admin', action: 'retry' },
  ...{ queue: null, queueName: null, ok: null, detail: null },
  target,
})

async function write(store: Store, count: number, from = 1): Promise<void> {
  for (let number = from; number < from + count; number++) await store.appendAudit(line(`${number}`))
}

async function chainOf(store: Store) {
  const chain = await store.verifyAudit?.()
  if (!chain) throw new Error('The store does not chain its lines')
  return chain
}

/** What is wrong, as `kind count`. */
async function wrongWith(store: Store): Promise<string[]> {
  return (await chainOf(store)).breaks.map(({ kind, count }: AuditBreak) => `${kind} ${count}`)
}

const linesOf = async (key: string) => admin.xrange(key, '-', '+')

/** Writes a stream anew. */
async function rewrite(key: string, lines: readonly [id: string, fields: string[]][]): Promise<void> {
  await admin.del(key)
  for (const [id, fields] of lines) await admin.xadd(key, id, ...fields)
}

test.each([
  ['with a token', TOKEN],
  ['without one', undefined],
])('a trail that nobody touched is whole, %s, also for who starts now', async (_how, token) => {
  const [one, other] = [open(token), open(token)]
  expect(await chainOf(one)).toMatchObject({ ok: true, first: null, last: null, lines: 0 })
  await write(one, 3)
  await write(other, 3, 4)
  await write(one, 1, 7)
  for (const store of [one, other, open(token)]) {
    expect(await chainOf(store)).toMatchObject({ ok: true, first: 1, last: 7, untrusted: 0, beforeSigning: 0 })
    const page = await store.listAudit({ before: null, limit: 10 })
    expect(page.map(({ target }) => target)).toEqual(['7', '6', '5', '4', '3', '2', '1'])
    expect(new Set(page.map(({ trust }) => trust))).toEqual(new Set([token && 'signed']))
  }
})

test('of several Zeniths that write at the same moment each gets a place, and the chain holds', async () => {
  const writers = Array.from({ length: 5 }, () => open(TOKEN))
  await Promise.all(
    writers.flatMap((store, of) => Array.from({ length: 40 }, (_, at) => store.appendAudit(line(`${of}.${at}`)))),
  )
  for (const store of [...writers, open(TOKEN)]) {
    expect(await chainOf(store)).toMatchObject({ ok: true, last: 200, lines: 200, breaks: [] })
  }
  const targets = (await writers[0]?.listAudit({ before: null, limit: 1_000 }))?.map(({ target }) => target) ?? []
  expect(new Set(targets).size).toBe(200)
})

test('a trail that newer lines trimmed is whole', async () => {
  const store = open(TOKEN)
  await Promise.all(Array.from({ length: MAX_AUDIT_ENTRIES + 300 }, (_, at) => store.appendAudit(line(`${at}`))))
  const chain = await chainOf(store)
  expect(chain).toMatchObject({ ok: true, last: MAX_AUDIT_ENTRIES + 300 })
  expect(chain.first).toBeGreaterThan(1)
  expect(await chainOf(open(TOKEN))).toEqual(chain)
  await admin.xtrim(keys.audit, 'MAXLEN', MAX_AUDIT_ENTRIES - 1)
  expect(await wrongWith(store)).toEqual([`start ${300 + 1}`])
})

type Tampering = (lines: [id: string, fields: string[]][]) => Promise<unknown>

/** What is done to ten lines, and what a Zenith that starts afterwards has to say. */
const TAMPERINGS: Record<string, readonly [Tampering, expected: string[]]> = {
  'the oldest lines are cut': [() => admin.xtrim(keys.audit, 'MAXLEN', 6), ['start 4']],
  'a line in the middle is deleted': [(lines) => admin.xdel(keys.audit, lines[4]?.[0] ?? ''), ['middle 1']],
  'the newest lines are deleted': [(lines) => admin.xdel(keys.audit, ...lines.slice(-3).map(([id]) => id)), ['end 3']],
  'all of it is deleted': [() => admin.del(keys.audit), ['end 10']],
  'a line is changed': [
    (lines) => {
      const fields = lines[4]?.[1] ?? []
      fields[1] = fields[1]?.replace('"ada"', '"eve"') ?? ''
      return rewrite(keys.audit, lines)
    },
    ['untrusted 1'],
  ],
  'a line is changed and not signed': [
    (lines) => {
      const fields = lines[4]?.[1] ?? []
      fields[1] = fields[1]?.replace('"ada"', '"eve"').replace(/,"sig":"[^"]*"/, '') ?? ''
      return rewrite(keys.audit, lines)
    },
    ['untrusted 1'],
  ],
  'a line is added': [() => admin.xadd(keys.audit, '*', 'data', JSON.stringify(line('forged'))), ['untrusted 1']],
  'a line of the chain’s form is added': [
    () => admin.xadd(keys.audit, '*', 'data', JSON.stringify({ ...line('x'), number: 11, previous: '0'.repeat(64) })),
    ['untrusted 1'],
  ],
  'a line is put between': [
    (lines) => {
      const [ms = '', rest = ''] = (lines[4]?.[0] ?? '').split('-')
      const moved = lines.map(([id, fields]): [string, string[]] => {
        const [, at] = id.split('-')
        return [`${ms}-${Number(at) > Number(rest) ? Number(at) + 1 : at}`, fields]
      })
      return rewrite(
        keys.audit,
        moved.toSpliced(5, 0, [`${ms}-${Number(rest) + 1}`, ['data', JSON.stringify(line('x'))]]),
      )
    },
    ['untrusted 1'],
  ],
  'an old line is written again': [(lines) => admin.xadd(keys.audit, '*', ...(lines[2]?.[1] ?? [])), ['order 1']],
  'two lines change places': [
    (lines) => {
      const [a, b] = [lines[3], lines[4]]
      if (a && b) [a[1], b[1]] = [b[1], a[1]]
      return rewrite(keys.audit, lines)
    },
    ['middle 1', 'order 1'],
  ],
  'the record of its end is deleted': [() => admin.del(keys.auditHead), ['head 1']],
  'the record of its end is forged': [
    () => rewrite(keys.auditHead, [['1-1', ['data', JSON.stringify({ number: 3, hash: 'a'.repeat(64), id: '0-3' })]]]),
    ['head 1'],
  ],
  'all of it is replaced': [
    async () => {
      await admin.del(keys.audit)
      await admin.xadd(keys.audit, '0-1', 'data', JSON.stringify({ ...line('x'), number: 1, previous: '0'.repeat(64) }))
    },
    ['untrusted 1', 'end 10'],
  ],
}

test.each(Object.entries(TAMPERINGS))(
  'a Zenith that starts afterwards shows that %s',
  async (_what, [tamper, expected]) => {
    const before = open(TOKEN)
    await write(before, 10)
    await tamper(await linesOf(keys.audit))
    for (const store of [open(TOKEN), before]) expect((await wrongWith(store)).sort()).toEqual([...expected].sort())
    expect((await chainOf(before)).ok).toBe(false)
  },
)

test.each(Object.entries(TAMPERINGS))(
  'what is written after that %s neither hides nor adds anything',
  async (_what, [tamper, expected]) => {
    await write(open(TOKEN), 10)
    await tamper(await linesOf(keys.audit))
    const after = open(TOKEN)
    await write(after, 2, 11)
    // A gap at the end is one in the middle now, or at the start, and the record of the end is there again.
    const places = (await wrongWith(after))
      .filter((one) => !/^head/.test(one))
      .map((one) => one.replace(/middle|start|end/, 'missing'))
    const wanted = expected.filter((one) => !/^head/.test(one)).map((one) => one.replace(/middle|start|end/, 'missing'))
    expect(places.sort()).toEqual(wanted.sort())
    expect((await chainOf(after)).last).toBe(12)
  },
)

test('a Zenith that runs shows that the trail and the record of its end were put back to what they were', async () => {
  const store = open(TOKEN)
  await write(store, 5)
  const [lines, head] = [await linesOf(keys.audit), await linesOf(keys.auditHead)]
  await write(store, 4, 6)
  await rewrite(keys.audit, lines)
  await rewrite(keys.auditHead, head)
  expect(await wrongWith(store)).toEqual(['end 4'])
  expect((await chainOf(store)).breaks[0]?.message).toContain('4 lines are missing at the end, after line 5')
  await write(store, 1, 10)
  expect(await wrongWith(store)).toEqual(['middle 4'])
  await admin.flushall()
  expect((await chainOf(store)).breaks[0]?.message).toBe('The trail is gone: it had 10 lines.')
})

test('forged lines are shown as such, in their place, and no line of Zenith’s follows one', async () => {
  const store = open(TOKEN)
  await write(store, 2)
  await admin.xadd(keys.audit, '*', 'data', JSON.stringify(line('unsigned')))
  const [, real] = (await linesOf(keys.audit))[0] ?? []
  await admin.xadd(keys.audit, '*', 'data', real?.[1]?.replace('"target":"1"', '"target":"forged"') ?? '')
  await write(store, 1, 3)
  const page = await store.listAudit({ before: null, limit: 10 })
  expect(page.map(({ target, trust }) => `${target} ${trust}`)).toEqual([
    '3 signed',
    'forged forged',
    'unsigned unsigned',
    '2 signed',
    '1 signed',
  ])
  expect(await wrongWith(store)).toEqual(['untrusted 1', 'untrusted 1'])
})

test('a token that comes later, and one that changes, is no alarm', async () => {
  await write(open(), 3)
  const first = open(TOKEN)
  expect(await chainOf(first)).toMatchObject({ ok: true, signed: true, beforeSigning: 3 })
  await write(first, 3, 4)
  expect(await chainOf(first)).toMatchObject({ ok: true, last: 6, beforeSigning: 3 })
  const page = await open(TOKEN).listAudit({ before: null, limit: 10 })
  expect(page.map(({ trust }) => trust)).toEqual([...Array(3).fill('signed'), ...Array(3).fill('before-signing')])
  // During the rotation nobody does anything.
  const both = open([NEXT, TOKEN])
  await both.migrate?.()
  for (const store of [both, open(NEXT)])
    expect(await chainOf(store)).toMatchObject({ ok: true, last: 6, untrusted: 0 })
  await write(open(NEXT), 2, 7)
  expect(await chainOf(open(NEXT))).toMatchObject({ ok: true, last: 8, beforeSigning: 3 })
  expect((await open(NEXT).listAudit({ before: null, limit: 10 })).map(({ trust }) => trust).slice(0, 5)).toEqual(
    Array(5).fill('signed'),
  )
  // Of another token nothing fits.
  expect((await chainOf(open('a-token-that-nobody-has'))).ok).toBe(false)
})

test('lines of another token are told as such, and stay where they are', async () => {
  await write(open(TOKEN), 2)
  const store = open('a-token-that-nobody-has')
  await write(store, 1)
  const { breaks } = await chainOf(store)
  expect(breaks.map(({ message }) => message)).toEqual([
    'A line that claims to be line 1 has a signature that does not fit: it was changed, copied or signed with another token.',
    'A line that claims to be line 2 has a signature that does not fit: it was changed, copied or signed with another token.',
    expect.stringContaining('The record of the trail’s end has no valid signature'),
  ])
  const page = await store.listAudit({ before: null, limit: 10 })
  expect(page.map(({ target, trust }) => `${target} ${trust}`)).toEqual(['1 signed', '2 forged', '1 forged'])
  // The other Zenith goes on where it was.
  const other = open(TOKEN)
  await write(other, 1, 3)
  expect(await chainOf(other)).toMatchObject({ last: 3, untrusted: 1 })
})

test.each([
  ['of another token', (store: Store) => write(store, 3)],
  ['that takes no more lines', () => admin.xadd(keys.audit, `${2n ** 64n - 1n}-${2n ** 64n - 1n}`, 'data', '{}')],
])('a trail %s can be put aside: a new one begins', async (_, spoil) => {
  await spoil(open('a-token-that-nobody-has'))
  await admin.rename(keys.audit, `${keys.audit}-2026-11`)
  await admin.del(keys.auditHead)
  const store = open(TOKEN)
  await write(store, 2)
  expect(await chainOf(store)).toMatchObject({ ok: true, first: 1, last: 2 })
})

test('what a line says before there was a token can’t be changed after there is one', async () => {
  await write(open(), 3)
  await write(open(TOKEN), 1, 4)
  const lines = await linesOf(keys.audit)
  const fields = lines[1]?.[1] ?? []
  fields[1] = fields[1]?.replace('"ada"', '"eve"') ?? ''
  await rewrite(keys.audit, lines)
  expect((await chainOf(open(TOKEN))).ok).toBe(false)
})

test('without a token a chain that was changed by hand is shown, too', async () => {
  await write(open(), 5)
  const lines = await linesOf(keys.audit)
  const fields = lines[1]?.[1] ?? []
  fields[1] = fields[1]?.replace('"ada"', '"eve"') ?? ''
  await rewrite(keys.audit, lines)
  expect(await wrongWith(open())).toEqual(['changed 1'])
  await admin.xdel(keys.audit, lines[4]?.[0] ?? '')
  expect(await wrongWith(open())).toEqual(['changed 1', 'end 1'])
})

test('a line that is longer than any of Zenith’s is none of them, and is not parsed', async () => {
  const store = open(TOKEN)
  await write(store, 1)
  await admin.xadd(keys.audit, '*', 'data', JSON.stringify({ ...line('forged'), more: 'x'.repeat(200_000) }))
  await write(store, 1, 2)
  const page = await store.listAudit({ before: null, limit: 10 })
  expect(page.map(({ target }) => target)).toEqual(['2', '1'])
  expect(await wrongWith(store)).toEqual(['untrusted 1'])
})

test('no more of a trail is examined than there is room for, and what is beyond it is not called gone', async () => {
  const store = open(TOKEN)
  await write(store, 3)
  for (let index = 0; index < 40; index++) await admin.xadd(keys.audit, '*', 'data', 'x'.repeat(1_000_000))
  const { untrusted } = await chainOf(store)
  expect(untrusted).toBeGreaterThan(30)
  expect(untrusted).toBeLessThan(40)
  await write(store, 1, 4)
  expect(await chainOf(store)).toMatchObject({ first: 4, last: 4 })
})

test.each([
  ['as many lines as it had', 3, 'changed 3'],
  ['more lines than it had', 50, 'untrusted 47'],
])(
  'a trail that was replaced by %s of no form is not taken for one of before the chain',
  async (_how, count, wrong) => {
    await write(open(TOKEN), 3)
    await admin.del(keys.audit)
    for (let index = 0; index < count; index++)
      await admin.xadd(keys.audit, '*', 'data', JSON.stringify(line('forged')))
    const store = open(TOKEN)
    expect(await wrongWith(store)).toContain('end 3')
    await write(store, 2, 4)
    // Also who did not see it is told.
    for (const one of [store, open(TOKEN)]) {
      expect(await chainOf(one)).toMatchObject({ ok: false, first: 4, last: 5 })
      expect(await wrongWith(one)).toEqual([wrong])
    }
  },
)

test('lines that are missing are counted in any gap, without those that somebody claims to be', () => {
  const of = (number: number, more: Pick<Partial<TrailLine>, 'trust'> = {}) => ({
    ...{ id: `${number}-0`, previous: NO_HASH, hash: NO_HASH, trust: 'signed' as const, documents: [] },
    ...more,
    ...{ number, previous: NO_HASH },
  })
  const claims = [of(25_000, { trust: 'forged' }), of(40_000, { trust: 'forged' }), of(5, { trust: 'forged' })]
  const trail = { chain: [of(1), of(30_001)], former: [], untrusted: claims, trust: new Map() }
  const breaks = breaksOf(trail, { total: 5, isPartial: false, known: [], head: 'well' })
  expect(breaks.filter(({ kind }) => kind === 'middle').map(({ count }) => count)).toEqual([29_997])
})
