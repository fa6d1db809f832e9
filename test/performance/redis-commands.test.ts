import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Recorder } from '../../src/core/recorder.js'
import { keysOf } from '../../src/protocol/index.js'
import { leaseRecorder } from '../../src/runtime/start-quasar.js'
import { startRedis, type TestRedis } from '../support/redis.js'

const AN_HOUR = 3_600_000
/** What the test itself asks of Redis. */
const OWN = new Set(['info', 'config|resetstat'])

let redis: TestRedis
let client: ReturnType<TestRedis['client']>

beforeAll(async () => {
  redis = await startRedis()
  client = redis.client()
})
afterAll(() => redis?.stop())
beforeEach(() => client.flushall())

/** A recorder that reports when it is told to, and has tidied up: it does so in its first report and then once a minute. */
async function startReporting(): Promise<Recorder> {
  const options = { service: 'shop', redis: redis.url, interval: AN_HOUR, logger: false } as const
  const { recorder, release } = leaseRecorder(options, null)
  onTestFinished(release)
  await vi.waitFor(() => expect(recorder.status().reports).toBe(1), { timeout: 10_000 })
  return recorder
}

/** Requests that took from 2 ms to 200, each route's in buckets of its own. */
function serve(recorder: Recorder, requests: number, routes: number): void {
  for (let index = 0; index < requests; index++) {
    const trace = recorder.requests.begin({ method: 'GET', url: `/items/${index}`, header: () => undefined })
    if (!trace) throw new Error('The request is not followed')
    trace.route = `/section-${index % routes}/:id`
    // The same in each run, and spread evenly over the powers of two.
    Object.assign(trace, { start: performance.now() - 2 * 100 ** ((index * Math.SQRT2) % 1) })
    trace.end(200, false)
  }
}

/** The commands of one report by name, and how often Redis had to read for them. */
async function report(recorder: Recorder): Promise<{ commands: Record<string, number>; reads: number }> {
  await client.call('CONFIG', 'RESETSTAT')
  const before = await readsSoFar()
  await recorder.flush()
  expect(recorder.status().error).toBeNull()
  const reads = (await readsSoFar()) - before - 1
  const lines = (await client.info('commandstats')).matchAll(/cmdstat_([\w|]+):calls=(\d+)/g)
  const counts = [...lines].map(([, name = '', calls]) => [name, Number(calls)] as const)
  return { commands: Object.fromEntries(counts.filter(([name]) => !OWN.has(name))), reads }
}

async function readsSoFar(): Promise<number> {
  return Number(/total_reads_processed:(\d+)/.exec(await client.info('stats'))?.[1])
}

async function bytesSoFar(): Promise<number> {
  return Number(/total_net_input_bytes:(\d+)/.exec(await client.info('stats'))?.[1])
}

describe('a report', () => {
  it('of nothing is a heartbeat and its place in the index, written at once', async () => {
    const recorder = await startReporting()
    expect(await report(recorder)).toEqual({ commands: { set: 1, zadd: 1 }, reads: 1 })
  })

  it('takes one command more for all that came in, however much that is', async () => {
    const recorder = await startReporting()
    const commands = { set: 1, zadd: 1, xadd: 1 }
    serve(recorder, 1, 1)
    expect(await report(recorder)).toEqual({ commands, reads: 1 })
    serve(recorder, 1_000, 20)
    expect(await report(recorder)).toEqual({ commands, reads: 1 })
    serve(recorder, 5_000, 2_000)
    expect((await report(recorder)).commands).toEqual(commands)
  })

  it('of fifty routes and a thousand requests takes less than 4 KiB', async () => {
    const recorder = await startReporting()
    serve(recorder, 1_000, 50)
    const before = await bytesSoFar()
    await recorder.flush()
    expect(await client.xlen(keysOf().rollup('shop'))).toBe(1)
    expect((await bytesSoFar()) - before).toBeLessThan(4_096)
  })
})
