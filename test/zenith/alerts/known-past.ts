import { mergeFigures, QUEUES, TRAFFIC } from '../../../src/archiver/figures/merge.js'
import type { Archive, ArchivedRecord, ArchiveGap, Store } from '../../../src/ports/index.js'
import type { ExceptionRecord, QueueHistory, Rollup, SystemFigures } from '../../../src/protocol/index.js'
import { heartbeatOf, queueHistoryOf, queueOf, snapshotOf } from '../../stores/samples.js'
import { exceptionOf, rollupOf } from '../support/records.js'

export const MINUTE = 60_000
const GB = 1e9

/**
 * Twelve phases of a service `shop` on a host `web-1`, each with a trouble of its own; all else is well:
 *
 * 0–5 the backlog of `mail` grows · 2 the host is full · 3 a job of `mail` is old · 4 the node `web-1` is busy · 6 half of the requests and
 * attempts fail · 7 exceptions · 8 requests and jobs are slow · 9 every attempt fails · 10 `web-2` is away
 */
export class KnownPast {
  /** @param begin start of a minute, Unix ms @param phase its length in minutes */
  constructor(
    readonly begin: number,
    readonly phase: number,
  ) {}

  get rollups(): readonly Rollup[] {
    return this.#minutes().flatMap(({ from, phase }) => [
      ...[this.#busy(from, phase)],
      ...(phase === 10 ? [] : [{ ...rollupOf('web-2', from, from + MINUTE, []), ...processOf(phase, false) }]),
    ])
  }

  get queues(): readonly QueueHistory[] {
    return this.#minutes().map(({ from, phase, index }) => {
      const { name, driver, place, server, metrics } = queueOf('mail')
      const waiting = phase < 6 ? index * 5 : 0
      const oldestMs = phase === 3 ? 20 * MINUTE : waiting > 0 ? 1_000 : null
      const queue = { name, driver, place, server, oldestMs, throughput: { in: phase === 3 ? 90 : 10, out: 10 } }
      const figures = { ...metrics, waiting, prioritized: 0, active: phase === 3 ? 9 : 1, delayed: 0, failed: phase }
      return queueHistoryOf({ node: 'web-1', from, to: from + MINUTE, queues: [{ ...queue, metrics: figures }] })
    })
  }

  get exceptions(): readonly ExceptionRecord[] {
    const start = this.#start(7)
    return Array.from({ length: 10 }, (_, index) => {
      return exceptionOf('shop', 'web-1', { id: `past-${index}`, ts: start + 1_000 + index * 5_000 })
    })
  }

  /** Writes it into an archive, as the archiver does. */
  async archive(archive: Archive, gaps: readonly ArchiveGap[] = []): Promise<void> {
    await archive.open()
    const figures = [
      ...(await mergeFigures(archive, TRAFFIC, 'shop', this.rollups)),
      ...(await mergeFigures(archive, QUEUES, 'shop', this.queues)),
    ]
    const records = this.exceptions.map((record): ArchivedRecord => {
      const { id, ts: at, service } = record
      return { kind: 'exception', id, at, service, name: 'TypeError', body: JSON.stringify(record) }
    })
    await archive.write({ cursor: { stream: 'history:shop', expected: null, next: '1' }, figures, records, gaps })
  }

  /** Writes it into a store, as the recorder does. */
  async store(store: Store): Promise<void> {
    const heartbeat = heartbeatOf('shop', 'web-1')
    const records = [
      ...this.rollups.map((record) => ({ type: 'history' as const, record })),
      ...this.queues.map((record) => ({ type: 'queues' as const, record })),
      ...this.exceptions.map((record) => ({ type: 'exception' as const, record })),
    ]
    for (let index = 0; index < records.length; index += 50) {
      const { error } = await store.write({
        ...{ service: 'shop', node: 'web-1', heartbeat },
        records: records.slice(index, index + 50),
      })
      if (error) throw error
    }
  }

  #start(phase: number): number {
    return this.begin + phase * this.phase * MINUTE
  }

  #minutes(): { from: number; phase: number; index: number }[] {
    return Array.from({ length: 12 * this.phase }, (_, index) => {
      return { from: this.begin + index * MINUTE, phase: Math.floor(index / this.phase), index }
    })
  }

  #busy(from: number, phase: number): Rollup {
    const durations = Array.from({ length: 40 }, () => (phase === 8 ? 900 : 10))
    const errors = phase === 6 ? 20 : 0
    const jobErrors = phase === 9 ? 40 : errors
    const rollup = rollupOf(
      ...(['web-1', from, from + MINUTE] as const),
      [{ key: 'GET /a', durations, errors }],
      [{ key: 'export', queue: 'mail', durations, errors: jobErrors }],
    )
    const routes = rollup.routes.map((route) => ({ ...route, aborted: phase === 6 ? 20 : 0 }))
    const jobs = rollup.jobs.map((job) => ({ ...job, failed: job.errors, stalled: phase === 6 ? 1 : 0 }))
    return { ...rollup, routes, jobs, ...processOf(phase, phase === 4) }
  }
}

/** What a node of the host writes in a minute. */
function processOf(phase: number, isBusy: boolean): Required<Pick<Rollup, 'process' | 'system'>> {
  const isFull = phase === 2
  const system: SystemFigures = {
    ...{ host: 'web-1', cpu: isFull ? 95 : 20, load: isFull ? 3 : 0.5 },
    ...{ memory: (isFull ? 15.2 : 4) * GB, memoryLimit: 16 * GB, heapLimit: 4 * GB, diskFree: (isFull ? 5 : 50) * GB },
  }
  return {
    process: {
      ...{ cpu: isBusy ? 90 : 10, rss: (isBusy ? 15.2 : 1) * GB, heapUsed: (isBusy ? 3.8 : 0.5) * GB },
      ...{ loopP99: isBusy ? 300 : 2, utilization: isBusy ? 0.99 : 0.1, gcMs: 1, gcCount: 1 },
      diskPct: isFull ? 95 : 50,
    },
    system,
  }
}

/** The service as it is now: what rules apply to. */
export async function reportNow(store: Store): Promise<void> {
  const now = Date.now()
  const series = [{ key: 'GET /a', durations: [1] }]
  const rollup = rollupOf('web-1', now - MINUTE, now, series, [{ key: 'export', queue: 'mail', durations: [1] }])
  for (const node of ['web-1', 'web-2']) {
    const records = node === 'web-1' ? [{ type: 'rollup' as const, record: rollup }] : []
    const { error } = await store.write({ service: 'shop', node, heartbeat: heartbeatOf('shop', node), records })
    if (error) throw error
  }
  const error = await store.writeQueues(snapshotOf('shop', { queues: [queueOf('mail')] }), 1)
  if (error) throw error
}
