import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { keysOf } from '../../src/protocol/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { freePort, startRedis, type TestRedis } from '../support/redis.js'
import { startRedisCluster } from '../support/redis-cluster.js'
import { silentServer } from '../support/redis-proxy.js'
import { exceptionOf, exceptionRecord, heartbeatOf, rollupOf, rollupRecord, slowOf, slowRecord } from './samples.js'

const keys = keysOf()
const cleanups: (() => unknown)[] = []
const printed = vi.fn()

beforeEach(() => {
  for (const method of ['log', 'warn', 'error', 'info', 'debug'] as const)
    vi.spyOn(console, method).mockImplementation(printed)
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  expect(printed.mock.calls).toEqual([])
  vi.restoreAllMocks()
  printed.mockReset()
})

async function redis(options: Parameters<typeof startRedis>[0] = {}): Promise<TestRedis> {
  const server = await startRedis(options)
  cleanups.push(() => server.stop())
  return server
}

function storeOf(source: Parameters<typeof redisStore>[0]['redis']) {
  const store = redisStore({ redis: source })
  cleanups.push(() => store.close())
  return store
}

const batch = () => ({
  service: 'shop',
  node: 'n1',
  heartbeat: heartbeatOf('shop', 'n1'),
  records: [slowRecord(slowOf('shop')), exceptionRecord(exceptionOf('shop', 'e1')), rollupRecord(rollupOf())],
})

test('without a Redis everything comes back with a reason, and is taken when Redis is there', async () => {
  const port = await freePort()
  const store = storeOf(`redis://127.0.0.1:${port}`)
  const written = batch()
  const { unwritten, error } = await store.write(written)
  expect(unwritten).toEqual(written.records)
  expect(error).toMatchObject({ code: 'ECONNREFUSED', message: expect.stringContaining(`127.0.0.1:${port}`) })
  await store.removeNode('shop', 'n1')
  await expect(store.nodes()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await expect(store.ping()).rejects.toMatchObject({ code: 'ECONNREFUSED' })

  await redis({ port })
  expect(await store.write(written)).toEqual({ unwritten: [], error: null })
  expect((await store.nodes()).nodes).toHaveLength(1)
})

test('a Redis that dies and returns is written to again', async () => {
  const server = await redis()
  const store = storeOf(server.url)
  expect((await store.write(batch())).error).toBeNull()
  await server.kill()
  const { unwritten, error } = await store.write(batch())
  expect(unwritten).toHaveLength(3)
  expect(error).toMatchObject({ code: expect.stringMatching(/ECONN/) })
  await redis({ port: server.port })
  expect(await store.write(batch())).toEqual({ unwritten: [], error: null })
})

test('a server that takes the connection and says nothing is given up', async () => {
  const silent = await silentServer()
  cleanups.push(() => silent.close())
  const store = storeOf(`redis://127.0.0.1:${silent.port}`)
  const { unwritten, error } = await store.write(batch())
  expect(unwritten).toHaveLength(3)
  expect(error).toMatchObject({ code: 'ETIMEDOUT', message: expect.stringContaining('does not answer') })
  await expect(store.nodes()).rejects.toMatchObject({ code: 'ETIMEDOUT' })
})

test('what a Redis took while it hung, and gets again, is read once', async () => {
  const server = await redis()
  const store = storeOf(server.url)
  // It knows what Redis’ clock shows.
  await store.nodes()
  server.pause()
  const written = batch()
  const { unwritten, error } = await store.write(written)
  expect(unwritten).toEqual(written.records)
  expect(error).toMatchObject({ code: 'ETIMEDOUT' })
  server.resume()
  expect(await store.write({ ...written, records: unwritten })).toEqual({ unwritten: [], error: null })
  await vi.waitFor(async () => expect(await server.client().xlen(keys.slow('shop'))).toBe(2))
  expect((await store.slow({ service: 'shop', limit: 10 })).records).toHaveLength(1)
  expect((await store.exceptions({ service: 'shop', limit: 10 })).records).toHaveLength(1)
  expect((await store.rollups({ service: 'shop', since: 0 })).records).toHaveLength(1)
})

test('a client that is not ready gets nothing into its queue, so nothing old arrives when it is', async () => {
  const server = await redis()
  const client = new Redis(server.port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null })
  client.on('error', () => {})
  cleanups.push(() => client.disconnect())
  await client.ping()
  const store = storeOf(client)
  await server.kill()
  await vi.waitFor(() => expect(client.status).not.toBe('ready'))
  const { unwritten, error } = await store.write(batch())
  expect(unwritten).toHaveLength(3)
  expect(error).toMatchObject({ code: 'NOTREADY' })

  await redis({ port: server.port })
  await client.ping()
  expect(await client.dbsize()).toBe(0)
  expect((await store.write({ ...batch(), records: [] })).error).toBeNull()
  expect(await client.exists(keys.slow('shop'))).toBe(0)
})

test('a client whose Redis hangs is given nothing more until it answers', async () => {
  const server = await redis()
  const client = server.client()
  await client.ping()
  const store = storeOf(client)
  // It knows what Redis' clock shows.
  await store.nodes()
  server.pause()
  for (let round = 0; round < 3; round++)
    expect((await store.write(batch())).error).toMatchObject({ code: 'ETIMEDOUT' })
  server.resume()
  await vi.waitFor(async () => expect((await store.write({ ...batch(), records: [] })).error).toBeNull())
  expect(await client.xlen(keys.slow('shop'))).toBe(1)
})

test('a Cluster that loses a master keeps back only what belongs there', async () => {
  const cluster = await startRedisCluster()
  cleanups.push(() => cluster.stop())
  const client = cluster.client()
  const store = storeOf(client)
  const services = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l']
  const write = (service: string) => {
    const records = [slowRecord(slowOf(service))]
    return store.write({ service, node: 'n1', heartbeat: null, records })
  }
  for (const service of services) expect((await write(service)).error).toBeNull()
  for (const master of cluster.masters) await master.client().config('SET', 'cluster-require-full-coverage', 'no')
  cluster.masters[0]?.pause()
  const results = []
  for (const service of services) results.push(await write(service))
  const failed = results.filter((result) => result.error)
  expect(failed.length).toBeGreaterThan(0)
  for (const result of failed) expect(result.unwritten).toHaveLength(1)
  cluster.masters[0]?.resume()
  await vi.waitFor(async () => expect((await write('a')).error).toBeNull(), { timeout: 15_000 })
})

test.each([
  ['WRONGPASS', (port: number) => `redis://:pa55word@127.0.0.1:${port}`],
  ['WRONGPASS', (port: number) => `redis://someone:pa55word@127.0.0.1:${port}`],
  ['NOAUTH', (port: number) => `redis://127.0.0.1:${port}`],
])('%s is said in words, without the password', async (code, urlOf) => {
  const server = await redis({ args: ['--requirepass', 'the-right-one'] })
  const store = storeOf(urlOf(server.port))
  const { unwritten, error } = await store.write(batch())
  expect(unwritten).toHaveLength(3)
  expect(error).toMatchObject({ code, message: expect.stringContaining('password') })
  const reading = await store.nodes().catch((reason: unknown) => reason)
  expect(reading).toMatchObject({ code })
  for (const reason of [error, reading]) {
    const whole = JSON.stringify(reason, Object.getOwnPropertyNames(reason)) + String((reason as Error).stack)
    expect(whole).not.toContain('pa55word')
  }
  expect(await storeOf(`redis://:the-right-one@127.0.0.1:${server.port}`).write(batch())).toEqual({
    unwritten: [],
    error: null,
  })
})

test('what a user may not write comes back, the rest is taken', async () => {
  const server = await redis()
  await server.client().call('acl', 'setuser', 'some', 'on', '>secret', '~*', '+@all', '-xadd')
  const store = storeOf(`redis://some:secret@127.0.0.1:${server.port}`)
  const written = batch()
  const { unwritten, error } = await store.write(written)
  expect(unwritten).toEqual([written.records[0], written.records[2]])
  expect(error).toMatchObject({ code: 'NOPERM', message: expect.stringContaining('xadd') })
  expect((await store.exceptions({ service: 'shop', limit: 10 })).records).toHaveLength(1)
})

test('a full Redis and a read-only one say so', async () => {
  const full = await redis({ args: ['--maxmemory', '1', '--maxmemory-policy', 'noeviction'] })
  expect((await storeOf(full.url).write(batch())).error).toMatchObject({
    code: 'OOM',
    message: expect.stringContaining('memory'),
  })
  const primary = await redis()
  const replica = await redis({ args: ['--replicaof', '127.0.0.1', `${primary.port}`] })
  const store = storeOf(replica.url)
  await vi.waitFor(async () => expect((await store.write(batch())).error).toMatchObject({ code: 'READONLY' }))
})

test('a single connection to a Cluster says what to pass instead', async () => {
  const cluster = await startRedisCluster()
  cleanups.push(() => cluster.stop())
  const store = storeOf(cluster.masters[0]?.url ?? '')
  const errors = []
  for (const service of ['a', 'b', 'c', 'd', 'e', 'f']) {
    errors.push((await store.write({ service, node: 'n', heartbeat: heartbeatOf(service, 'n'), records: [] })).error)
  }
  expect(errors).toContainEqual(
    expect.objectContaining({ code: 'MOVED', message: expect.stringContaining('ioredis Cluster') }),
  )
})

test('a host that does not exist is named', async () => {
  const { error } = await storeOf('redis://:pa55word@no-such-host.invalid:6379').write(batch())
  expect(error?.message).toContain('no-such-host.invalid:6379')
  expect(error?.message).not.toContain('pa55word')
})
