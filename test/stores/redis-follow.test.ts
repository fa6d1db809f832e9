import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { FollowedPage } from '../../src/ports/index.js'
import { encodeRollup, keysOf, type Rollup } from '../../src/protocol/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { startRedis, type TestRedis } from '../support/redis.js'

const keys = keysOf()
const key = keys.history('shop')
let redis: TestRedis
let store: ReturnType<typeof redisStore>

beforeAll(async () => {
  redis = await startRedis()
  store = redisStore({ redis: redis.url })
})

afterAll(async () => {
  await store.close()
  await redis.stop()
})

beforeEach(async () => {
  await redis.client().flushall()
})

async function add(from: number, count: number, node = 'web-1'): Promise<string[]> {
  const ids: string[] = []
  for (let index = from; index < from + count; index++) {
    const now = Date.now()
    const rollup: Rollup = { v: 2, node, from: now - 60_000 + index, to: now, routes: [], jobs: [] }
    ids.push((await redis.client().xadd(key, '*', 'data', encodeRollup(rollup))) as string)
  }
  return ids
}

async function follow(after: string | null): Promise<FollowedPage<Rollup>> {
  const page = await store.follow?.({ stream: 'history', service: 'shop', after })
  return page as FollowedPage<Rollup>
}

test('a stream is followed from its oldest record on, and from where the last page ended', async () => {
  await add(0, 3)
  const first = await follow(null)
  expect(first.records).toHaveLength(3)
  expect(first.identities).toHaveLength(3)
  expect(first.lost).toBeNull()
  await add(3, 2)
  const second = await follow(first.cursor)
  expect(second.records).toHaveLength(2)
  expect(second.lost).toBeNull()
  const third = await follow(second.cursor)
  expect(third).toMatchObject({ records: [], cursor: second.cursor, lost: null })
})

test('a stream that does not exist keeps the cursor', async () => {
  expect(await follow(null)).toMatchObject({ records: [], cursor: null, lost: null })
  expect(await follow('5-0@3')).toMatchObject({ records: [], cursor: '5-0@3', lost: null })
})

test('records that were trimmed before they were read are counted exactly, each once', async () => {
  await add(0, 3)
  const { cursor } = await follow(null)
  const ids = await add(3, 10)
  await redis.client().xtrim(key, 'MINID', ids[4] as string)
  const page = await follow(cursor)
  expect(page.records).toHaveLength(6)
  expect(page.lost).toEqual({ count: 4, from: msOf(cursor), to: msOf(ids[4]) })
  expect((await follow(page.cursor)).lost).toBeNull()
})

test('trimming what was read is no loss', async () => {
  await add(0, 5)
  const { cursor } = await follow(null)
  await redis.client().xtrim(key, 'MAXLEN', 0)
  expect((await follow(cursor)).lost).toBeNull()
  await add(5, 2)
  const page = await follow(cursor)
  expect(page.records).toHaveLength(2)
  expect(page.lost).toBeNull()
})

test('a stream that was deleted and filled again starts over, with a loss of unknown size', async () => {
  await add(0, 5)
  const { cursor } = await follow(null)
  await redis.client().flushall()
  const ids = await add(5, 2)
  const page = await follow(cursor)
  expect(page.records).toHaveLength(2)
  expect(page.lost).toEqual({ count: null, from: msOf(cursor), to: msOf(ids[0]) })
  expect(await follow(page.cursor)).toMatchObject({ records: [], lost: null })
})

test('a stream that was deleted and has more than before is a loss of unknown size, too', async () => {
  await add(0, 2)
  const first = await follow(null)
  await redis.client().del(key)
  await add(2, 5)
  const second = await follow(first.cursor)
  expect(second.records).toHaveLength(5)
  expect(second.lost).toMatchObject({ count: null })
  expect((await follow(second.cursor)).lost).toBeNull()
})

test('entries that were deleted one by one before they were read are a loss once the others are gone, too', async () => {
  const ids = await add(0, 6)
  const first = await follow(null)
  const more = await add(6, 6)
  await redis.client().xdel(key, ...ids, ...more.slice(0, 2), more[3] as string)
  const second = await follow(first.cursor)
  expect(second.records).toHaveLength(3)
  expect(second.lost?.count).toBe(3)
  expect((await follow(second.cursor)).lost).toBeNull()
})

test('a stream that expired after all of it was read has lost nothing when it begins again', async () => {
  const now = Date.now()
  const rollup: Rollup = { v: 2, node: 'web-1', from: now - 60_000, to: now, routes: [], jobs: [] }
  for (const hours of [4, 3]) await redis.client().xadd(key, now - hours * 3_600_000, 'data', encodeRollup(rollup))
  const { cursor } = await follow(null)
  expect(cursor).toMatch(/@2$/)
  await redis.client().del(key)
  const gone = await follow(cursor)
  expect(gone).toMatchObject({ records: [], lost: null })
  expect(await follow(gone.cursor)).toMatchObject({ records: [], cursor: gone.cursor })
  await add(0, 1)
  const again = await follow(gone.cursor)
  expect(again.records).toHaveLength(1)
  expect(again.lost).toBeNull()
  expect((await follow(again.cursor)).lost).toBeNull()
})

test('a stream that was deleted while it was written is a loss, also if that was seen', async () => {
  await add(0, 3)
  const { cursor } = await follow(null)
  await redis.client().del(key)
  expect(await follow(cursor)).toMatchObject({ cursor })
  await add(3, 1)
  expect((await follow(cursor)).lost).toMatchObject({ count: null })
})

test('a stream whose last id is behind the cursor, as on an older replica, starts over', async () => {
  await add(0, 2)
  const page = await follow('99999999999999-0@2')
  expect(page.records).toHaveLength(2)
  expect(page.lost?.count).toBeNull()
})

test('unreadable entries and copies count as read', async () => {
  await redis.client().xadd(key, '*', 'data', 'no rollup')
  const [id] = await add(0, 1)
  const [[, fields]] = (await redis.client().xrange(key, id as string, id as string)) as [[string, string[]]]
  await redis.client().xadd(key, '*', ...fields)
  const page = await follow(null)
  expect(page.records).toHaveLength(1)
  expect(page.unreadable).toBe(1)
  expect(page.cursor).toMatch(/@3$/)
})

test('a Redis user that may not use XINFO follows without counting losses', async () => {
  await redis.client().call('ACL', 'SETUSER', 'plain', 'on', '>secret', '~*', '+@all', '-xinfo')
  const other = redisStore({ redis: redis.url.replace('redis://', 'redis://plain:secret@') })
  await add(0, 2)
  const page = await other.follow?.({ stream: 'history', service: 'shop', after: null })
  expect(page).toMatchObject({ lost: null })
  expect(page?.records).toHaveLength(2)
  await other.close()
})

function msOf(id: string | null | undefined): number {
  return Number.parseInt(id ?? '', 10)
}
