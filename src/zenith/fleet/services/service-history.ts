import type { ServicePeriod } from '../../../api/services.js'
import type { TimeRange } from '../../../api/time-window.js'
import { inSlices } from '../../../lib/async.js'
import type { Reader } from '../../../ports/index.js'
import { HISTORY_LIFE_MS, HISTORY_STEP_MS, type Rollup } from '../../../protocol/index.js'
import { MAX_NODES } from '../../../protocol/read-limits.js'
import type { Follower } from '../../store/on-demand.js'
import type { AliveSpan } from './alive.js'
import type { Budget } from './budget.js'
import { eachPage } from './pages.js'
import { periodOf } from './period.js'
import { RollupAggregate } from './rollup-aggregate.js'
import type { Reported } from './route-figures.js'

const GRAIN = { retentionMs: HISTORY_LIFE_MS, step: 15_000, point: HISTORY_STEP_MS, seriesStep: 2 * HISTORY_STEP_MS }
/** A node that wrote nothing for so long does not hold back the figures of the others, in ms. */
const WAIT_MS = 2.5 * HISTORY_STEP_MS
/** How many rollups are counted in one go. */
const SLICE = 20

/** One service's last hour, of what its nodes report by the minute. */
export class ServiceHistory implements Follower {
  readonly #service: string
  readonly #reader: Reader
  readonly #alive: () => readonly AliveSpan[]
  readonly #aggregate: RollupAggregate
  /** Up to when each node has told what it did, Unix ms. */
  readonly #reported = new Map<string, number>()
  #cursor: string | null = null

  /** @param alive when the service's nodes ran */
  constructor(service: string, reader: Reader, budget: Budget, alive: () => readonly AliveSpan[] = () => []) {
    this.#alive = alive
    this.#service = service
    this.#aggregate = new RollupAggregate(GRAIN, budget)
    this.#reader = reader
  }

  async read(now: number): Promise<void> {
    const since = now - HISTORY_LIFE_MS
    this.#aggregate.prune(now)
    for (const [node, to] of this.#reported) if (to < now - WAIT_MS) this.#reported.delete(node)
    await eachPage(
      async () => {
        const page = await this.#reader.history({ service: this.#service, since, after: this.#cursor })
        this.#cursor = page.cursor
        return page
      },
      ({ records }) => inSlices(records, SLICE, (rollup) => this.#count(rollup, now)),
    )
  }

  release(): void {
    this.#aggregate.release()
    this.#reported.clear()
  }

  #count(rollup: Rollup, now: number): void {
    if (!this.#aggregate.add(rollup, now) || rollup.to < now - WAIT_MS) return
    if (!this.#reported.has(rollup.node) && this.#reported.size >= MAX_NODES) return
    this.#reported.set(rollup.node, Math.max(this.#reported.get(rollup.node) ?? 0, rollup.to))
  }

  /** @param range within the last hour */
  period(range: TimeRange, now: number): ServicePeriod {
    const { service, aggregate, end } = this.reported(now)
    return periodOf(service, range, aggregate, end, GRAIN)
  }

  /** What it has reported in the last hour. */
  reported(now: number): Reported {
    this.#aggregate.alive.add(this.#alive())
    const until = this.#reported.size > 0 ? Math.min(...this.#reported.values()) : this.#aggregate.newest || now
    const end = Math.floor(Math.min(until, now) / GRAIN.step) * GRAIN.step
    return { service: this.#service, aggregate: this.#aggregate, end, grain: GRAIN }
  }
}
