import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { QueueHistoryView, QueueMinute } from '../../../src/api/queue-history.js'
import type { Store } from '../../../src/ports/index.js'
import { keysOf, type QueueHistory, UNKNOWN_METRICS } from '../../../src/protocol/index.js'
import { startQuasar } from '../../../src/runtime/start-quasar.js'
import { redisStore } from '../../../src/stores/redis/index.js'
import { MonitorService } from '../../../src/zenith/fleet/monitor-service.js'
import { OwnQueueRecorder } from '../../../src/zenith/queues/history/own-recorder.js'
import { queueHistoryOf, queueOf, snapshotOf } from '../../stores/samples.js'
import { looks, plainSource } from '../../support/plain-source.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { actingZenith } from '../support/acting.js'
import { askApi } from '../support/api.js'

const MINUTE = 60_000

let redis: TestRedis
let client: ReturnType<TestRedis['client']>
let store: Store

beforeAll(async () => {
  redis = await startRedis()
  client = redis.client()
  store = redisStore({ redis: redis.url })
})
afterAll(async () => {
  await store?.close()
  await redis?.stop()
})
beforeEach(() => client.flushall())

const recordsOf = async (service: string | null): Promise<readonly QueueHistory[]> =>
  (await store.queueHistory?.({ service, since: 0 }))?.records ?? []

/** What a node of a service writes at the end of a minute. */
async function record(service: string, history: QueueHistory): Promise<void> {
  const written = await store.write({
    service,
    node: history.node,
    heartbeat: null,
    records: [{ type: 'queues', record: history }],
  })
  expect(written).toEqual({ unwritten: [], error: null })
}

/** A mark of the minute: what was recorded over it. */
function minuteOf(end: number, waiting: number, node = 'n1'): QueueHistory {
  const [queue] = queueHistoryOf().queues
  if (!queue) throw new Error('The sample has no queue')
  const queues = [{ ...queue, metrics: { ...UNKNOWN_METRICS, waiting } }]
  return { v: 2, node, from: end - MINUTE, to: end, queues }
}

const known = (points: readonly QueueMinute[]) => points.filter(({ waiting }) => waiting !== null)

describe('the history of queues', () => {
  it('is recorded by the node that reports them while no page is open, and by the next one after it', async () => {
    const nodes: string[] = []
    for (let turn = 0; turn < 2; turn++) {
      const quasar = startQuasar({ service: 'shop', redis: redis.url, interval: 100, logger: false })
      onTestFinished(() => quasar.stop())
      nodes.push(quasar.status().node)
      const source = plainSource({ has: ['mail'], place: '127.0.0.1:1/0 bull' })
      quasar.monitorQueues(source)
      await looks(source)
      await quasar.stop()
    }
    const records = await recordsOf('shop')
    expect(records.map(({ node }) => node)).toEqual(nodes)
    expect(records[0]).toMatchObject({
      queues: [{ name: 'mail', metrics: { waiting: 3, active: 1 }, oldestMs: 1_500 }],
    })
    expect(records[0]?.to ?? 0).toBeLessThanOrEqual(records[1]?.from ?? 0)
    expect(await client.pttl(keysOf().queueHistory('shop'))).toBeGreaterThan(MINUTE)
  })

  it('has one figure for each minute, and none for minutes that no node saw', async () => {
    const zenith = actingZenith({ store })
    const now = Math.floor(Date.now() / MINUTE) * MINUTE
    await store.writeQueues(snapshotOf('shop', { queues: [queueOf('mail')] }), 1)
    await record('shop', minuteOf(now - 9 * MINUTE, 5))
    await record('shop', minuteOf(now - MINUTE, 8, 'n2'))
    await record('shop', minuteOf(now, 9, 'n2'))
    await record('shop', minuteOf(now, 9, 'n2'))
    const key = await zenith.keyOf('mail')
    const { status, body } = await zenith.ask<QueueHistoryView>(`/api/queues/${encodeURIComponent(key)}/history`)
    expect(status).toBe(200)
    expect(body).toMatchObject({ key, period: '15m' })
    expect(body.points).toHaveLength(15)
    expect(known(body.points).map(({ at, waiting }) => [(now - at) / MINUTE, waiting])).toEqual([
      [9, 5],
      [1, 8],
      [0, 9],
    ])
    const hour = await zenith.ask<QueueHistoryView>(`/api/queues/${encodeURIComponent(key)}/history?period=1h`)
    expect(hour.body.points).toHaveLength(60)
  })

  it('of an unknown queue is not found', async () => {
    const zenith = actingZenith({ store })
    expect((await askApi(zenith.zenith, '/api/queues/bullmq:00000000:none/history')).status).toBe(404)
  })

  it('is read by Zenith itself where no app reports a queue, with no page open', async () => {
    const source = plainSource({ has: ['own'] })
    const { zenith } = actingZenith({ store, queues: [source] })
    await zenith.health()
    await vi.waitFor(() => expect(source.asked).toHaveLength(1))
    expect(await client.exists(keysOf().lease('queue-history'))).toBe(1)
    await zenith.close()
    expect(await client.exists(keysOf().lease('queue-history'))).toBe(0)
  })

  it('is recorded by one Zenith at a time, without the queues that an app reports', async () => {
    const reported = { driver: 'other', place: '127.0.0.1:1/0 bull', server: 'server-1' } as const
    await store.writeQueues(snapshotOf('shop', { queues: [queueOf('reported', reported)] }), 1)
    const [first, other] = [startRecorder(), startRecorder()]
    await vi.waitFor(async () => expect((await recordsOf(null)).length).toBeGreaterThan(2))
    const records = await recordsOf(null)
    expect(new Set(records.map(({ node }) => node)).size).toBe(1)
    for (const { queues } of records) expect(queues).toMatchObject([{ name: 'own', metrics: { waiting: 3 } }])
    for (const [index, { to }] of records.entries()) expect(records[index + 1]?.from ?? to).toBe(to)
    expect(await recordsOf('shop')).toEqual([])

    await first.close()
    await other.close()
    startRecorder()
    await vi.waitFor(async () => expect(new Set((await recordsOf(null)).map(({ node }) => node)).size).toBe(2))
  })
})

function startRecorder(): OwnQueueRecorder {
  const place = '127.0.0.1:1/0 bull'
  const source = plainSource({ names: null, has: ['own', 'reported'], place })
  const sources = () => [source]
  const monitor = new MonitorService({
    reader: store,
    interval: 10,
    slowMs: 1_000,
    sources,
    isReadOnly: () => false,
    logger: undefined,
  })
  const recorder = new OwnQueueRecorder({ monitor, store, hasSources: () => true, logger: undefined, every: 50 })
  onTestFinished(() => recorder.close())
  recorder.start()
  return recorder
}
