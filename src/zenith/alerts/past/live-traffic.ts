import { FINEST_STEP, partsOf } from '../../../archiver/figures/levels.js'
import { TRAFFIC } from '../../../archiver/figures/merge.js'
import type { TrafficBucket } from '../../../archiver/figures/traffic-bucket.js'
import { inSlices } from '../../../lib/async.js'
import type { Reader } from '../../../ports/index.js'
import { HISTORY_LIFE_MS, type Rollup } from '../../../protocol/index.js'
import { reportedMs } from '../../archive/traffic-sum.js'
import { eachPage } from '../../fleet/services/pages.js'
import { type Follower, OnDemand } from '../../store/on-demand.js'
import { timeOf } from '../../store/store-time.js'
import type { TrafficStep } from './windows.js'

/** Services whose last hour is in memory: a rule that is edited is tried again and again. */
const MAX_SERVICES = 4
/** How often a service is read at most, ms: nodes report by the minute. */
const READ_EVERY_MS = 5_000
/** Clocks may differ; a record from further in the future is not believed, ms. */
const MAX_AHEAD_MS = 60_000
/** The longest record that is believed, ms. */
const MAX_SPAN_MS = 15 * 60_000
const SLICE = 20

/** The last hour of services in the same buckets as the archive's. */
export class LiveTraffic {
  readonly #now: () => number
  readonly #logs: OnDemand<BucketLog>

  constructor(reader: Pick<Reader, 'history' | 'now'>) {
    this.#now = () => timeOf(reader)
    this.#logs = new OnDemand(READ_EVERY_MS, this.#now, (service) => new BucketLog(reader, service), MAX_SERVICES)
  }

  /** Oldest first. Rejects when the store fails. */
  async steps(service: string): Promise<readonly TrafficStep[]> {
    const log = await this.#logs.ask(service)
    return log.steps(this.#now())
  }

  close(): void {
    this.#logs.clear()
  }
}

class BucketLog implements Follower {
  readonly #reader: Pick<Reader, 'history'>
  readonly #service: string
  /** By their starts. */
  readonly #buckets = new Map<number, TrafficBucket>()
  #cursor: string | null = null

  constructor(reader: Pick<Reader, 'history'>, service: string) {
    this.#reader = reader
    this.#service = service
  }

  async read(now: number): Promise<void> {
    const since = now - HISTORY_LIFE_MS
    for (const start of this.#buckets.keys()) if (start < since) this.#buckets.delete(start)
    await eachPage(
      async () => {
        const page = await this.#reader.history({ service: this.#service, since, after: this.#cursor })
        this.#cursor = page.cursor
        return page
      },
      ({ records }) => inSlices(records, SLICE, (record) => this.#add(record, since, now)),
    )
  }

  steps(now: number): TrafficStep[] {
    const starts = [...this.#buckets.keys()].sort((a, b) => a - b)
    return starts.flatMap((from) => {
      const bucket = this.#buckets.get(from)
      if (!bucket) return []
      const ms = reportedMs(bucket, from, FINEST_STEP, now)
      return [{ from, at: from + ms, ms, bucket }]
    })
  }

  #add(record: Rollup, since: number, now: number): void {
    if (record.to <= record.from || record.to - record.from > MAX_SPAN_MS || record.to > now + MAX_AHEAD_MS) return
    const [first, ...others] = partsOf(record.from, record.to, FINEST_STEP)
    if (!first || this.#buckets.get(first.bucket)?.has(record)) return
    for (const part of [first, ...others]) {
      if (part.bucket < since) continue
      const bucket = this.#buckets.get(part.bucket) ?? TRAFFIC.create()
      this.#buckets.set(part.bucket, bucket)
      TRAFFIC.addTo(bucket, record, part, part === first)
    }
  }
}
