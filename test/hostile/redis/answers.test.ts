import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { RecordListing } from '../../../src/api/part.js'
import type { Store } from '../../../src/ports/index.js'
import { type ExceptionRecord, encodeException, keysOf } from '../../../src/protocol/index.js'
import { MAX_LIST_BYTES } from '../../../src/protocol/read-limits.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { Details } from '../../../src/zenith/fleet/details.js'
import { exceptionOf, slowOf } from '../../stores/samples.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { ask } from '../../zenith/support/http.js'
import { seen, serveZenith } from '../../zenith/support/zenith.js'
import { writeHealthy } from './poison.js'

/** Answers about records, when these are many and large. */

const keys = keysOf()
const COUNT = 1_000
/** Of the fields beside the items. */
const FRAME_BYTES = 1_000

let server: TestRedis
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server?.stop())
beforeEach(() => server.client().flushall())

/** Each is of another origin. */
function largeException(index: number): ExceptionRecord {
  const record = exceptionOf('shop', `${index}`)
  const fingerprint = `origin-${index}`
  return { ...record, ts: Date.now() - index, fingerprint, message: 'm'.repeat(500), stack: 's'.repeat(6_000) }
}

async function largeService() {
  const client = server.client()
  await writeHealthy(client)
  for (let index = 0; index < COUNT; index++) {
    const record = largeException(index)
    await client.zadd(keys.errors('shop'), record.ts, encodeException(record))
  }
  const served = await serveZenith({ redis: server.url })
  await seen(served.zenith, ({ services }) => expect(services).toHaveLength(1))
  return served
}

describe('an answer about many large records', () => {
  it.each(['/api/errors/groups', '/api/errors'])('has at most 2 MB, and its parts have all: %s', async (path) => {
    const { url } = await largeService()
    const found = new Set<string>()
    let count = 0
    for (let parts = 0; count < COUNT && parts < 10; parts++) {
      const { text } = await ask(`${url}${path}?limit=1000&offset=${count}`)
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_LIST_BYTES + FRAME_BYTES)
      const { total, items } = JSON.parse(text) as RecordListing<ExceptionRecord>
      expect([total, items.length > 0]).toEqual([COUNT, true])
      for (const { fingerprint } of items) found.add(fingerprint)
      count += items.length
    }
    expect([count, found.size]).toEqual([COUNT, COUNT])
  })

  it('has at most 2 MB of one service, and says which list is not whole', async () => {
    const { url } = await largeService()
    const { text } = await ask(`${url}/api/services/shop`)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_LIST_BYTES)
    expect(JSON.parse(text)).toMatchObject({ partial: ['exceptions'] })
  })
})

describe('records that can’t be read in time', () => {
  /** A store that keeps those of one service back until it is told to give them. */
  function lateStore(): { store: Store; give: () => void } {
    const store = memoryStore()
    let give = () => {}
    const gate = new Promise<void>((resolve) => {
      give = resolve
    })
    const late =
      <T>(read: (query: { service: string; limit: number }) => Promise<T>) =>
      async (query: { service: string; limit: number }) => {
        if (query.service === 'late') await gate
        return read(query)
      }
    return { store: { ...store, slow: late(store.slow), exceptions: late(store.exceptions) }, give: () => give() }
  }

  it('are named, those that could be read are given, and the others come with a later answer', async () => {
    const { store, give } = lateStore()
    const services = ['late', ...Array.from({ length: 20 }, (_, index) => `s${index}`)]
    for (const service of services) {
      const records = [
        { type: 'slow', record: slowOf(service) },
        { type: 'exception', record: exceptionOf(service, service) },
      ] as const
      await store.write({ service, node: 'n', heartbeat: null, records })
    }
    const details = new Details(store, 0, { countServices: () => services.length, aliveOf: () => [] }, 500)
    onTestFinished(() => details.close())
    for (const kind of ['slow', 'exceptions'] as const) {
      const { records, unread } = await details[kind](services)
      expect([records.length, unread]).toEqual([20, ['late']])
    }
    give()
    await vi.waitFor(async () => {
      for (const kind of ['slow', 'exceptions'] as const) {
        const { records, unread } = await details[kind](services)
        expect([records.length, unread]).toEqual([21, []])
      }
    })
  })
})
