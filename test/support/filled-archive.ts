import { bucketStart, LEVELS } from '../../src/archiver/figures/levels.js'
import { QueueBucket } from '../../src/archiver/figures/queue-bucket.js'
import { TrafficBucket } from '../../src/archiver/figures/traffic-bucket.js'
import type { Archive, ArchivedRecord, FigureBucket, RawJob } from '../../src/ports/index.js'
import { queueKeyOf, UNKNOWN_METRICS } from '../../src/protocol/index.js'
import { exceptionOf, rollupOf, slowOf } from '../zenith/support/records.js'

const PLACE = 'redis://shop:6379/0 bull'
/** The queue of most jobs in the archive. */
export const MAIL = { driver: 'bullmq', name: 'mail', place: PLACE, server: 's1' } as const
export const MAIL_KEY = queueKeyOf(MAIL)

/** A finished attempt; what is not given is plain. */
export function attempt(id: string, finishedAt: number, fields: Partial<RawJob> = {}): RawJob {
  const startedAt = finishedAt - 1_500
  return {
    ...{ queue: MAIL_KEY, queueName: 'mail', id, name: 'SendConfirmation', outcome: 'completed', attempt: 1 },
    ...{ addedAt: startedAt - 200, startedAt, finishedAt, waitMs: 200, runMs: 1_500, service: 'shop', node: 'web-1' },
    ...{ error: null, payload: null },
    ...fields,
  }
}

/** Writes a batch that nothing else competes with. */
export async function put(archive: Archive, batch: Omit<Parameters<Archive['write']>[0], 'cursor'>): Promise<void> {
  const expected = await archive.cursor('test')
  await archive.write({ cursor: { stream: 'test', expected, next: String(Number(expected ?? 0) + 1) }, ...batch })
}

/** The buckets of all levels in which a minute of the service `shop` and of its queue lies. @param at in that minute, Unix ms */
export function figuresAt(at: number, jobs = 10): readonly FigureBucket[] {
  return LEVELS.flatMap(({ step }) => {
    const from = bucketStart(at, step)
    const minute = bucketStart(at, 60_000)
    const routes = [{ key: 'GET /orders', durations: [10, 20, 30], errors: 1 }]
    const series = [{ key: 'SendConfirmation', queue: 'mail', durations: Array.from({ length: jobs }, () => 1_500) }]
    const process = {
      cpu: 40,
      rss: 1e8,
      heapUsed: 5e7,
      loopP99: 12,
      utilization: 0.4,
      gcMs: 3,
      gcCount: 1,
      diskPct: 50,
    }
    const rollup = { ...rollupOf('web-1', minute, minute + 60_000, routes, series), process }
    const traffic = new TrafficBucket()
    traffic.add(rollup as never, { start: 0, end: 1, hasMiddle: true, isFirst: true })
    const bucket = { step, from }
    return [
      { ...bucket, kind: 'traffic' as const, scope: 'shop', body: traffic.encode() },
      ...['shop', ''].map((scope) => ({ ...bucket, kind: 'queues' as const, scope, body: queues(minute, scope) })),
    ]
  })
}

/** The app and Zenith read the same queue, Zenith for longer. */
function queues(from: number, scope: string): Uint8Array {
  const metrics = { ...UNKNOWN_METRICS, waiting: 7, active: 2, delayed: 1, failed: 3, completed: 40 }
  const queue = { ...MAIL, metrics, oldestMs: 4_000, throughput: null }
  const bucket = new QueueBucket()
  const ms = scope === '' ? 60_000 : 30_000
  bucket.add({ v: 2, node: 'web-1', from, to: from + 60_000, queues: [queue] }, ms, true)
  return bucket.encode()
}

/** Records of the kinds that a scrubber shows, at a time. */
export function recordsAt(at: number): readonly ArchivedRecord[] {
  const line = (step: 'intent' | 'result', ok: boolean | null) => ({
    ...{ id: `${at}-${step}`, operation: `o${at}`, step, at, user: 'ada', role: 'admin', action: 'retry', ok },
    ...{ queue: MAIL_KEY, queueName: 'mail', target: 'j1', detail: null },
  })
  const record = (kind: ArchivedRecord['kind'], id: string, name: string, body: object): ArchivedRecord => {
    return { kind, id, at, service: kind === 'audit' ? null : 'shop', name, body: JSON.stringify(body) }
  }
  const version = { live: ['1.1.0'], added: ['1.1.0'], removed: ['1.0.0'], isFirst: false }
  return [
    record(
      'exception',
      `e${at}`,
      'f1',
      exceptionOf('shop', 'web-1', { id: `e${at}`, ts: at, message: 'No route to mail' }),
    ),
    record('slow', `s${at}`, 'GET /slow', slowOf('shop', 'web-1', { ts: at })),
    record('audit', `${at}-0`, 'retry', line('intent', null)),
    record('audit', `${at}-1`, 'retry', line('result', true)),
    record('event', `v${at}`, 'versions', version),
  ]
}
