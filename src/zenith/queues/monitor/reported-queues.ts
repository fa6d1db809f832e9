import { performance } from 'node:perf_hooks'
import type { Reader, TrustReport } from '../../../ports/index.js'
import type { LeftOut, QueueSnapshot } from '../../../protocol/index.js'

/** How much more rarely than nodes queues are read: they are reported every 10 s. In looks. */
const REPORTS_EVERY = 3

interface ReportedQueuesOptions {
  readonly reader: Pick<Reader, 'queues'>
  /** How often the nodes are read while somebody looks, ms. */
  readonly interval: number
}

/** What services report of their queues, as it was read last. */
export class ReportedQueues {
  readonly #options: ReportedQueuesOptions
  #snapshots: readonly QueueSnapshot[] = []
  #unreadable = 0
  #trust: TrustReport | null = null
  #leftOut: LeftOut | undefined
  #error: unknown = null
  /** `performance.now()` of the last time that they were read. */
  #readAt = Number.NEGATIVE_INFINITY

  constructor(options: ReportedQueuesOptions) {
    this.#options = options
  }

  /** The same list as before when none has changed. */
  get snapshots(): readonly QueueSnapshot[] {
    return this.#snapshots
  }

  /** How many could not be read. */
  get unreadable(): number {
    return this.#unreadable
  }

  /** Which were not signed; null when nothing is verified. */
  get trust(): TrustReport | null {
    return this.#trust
  }

  /** What is beyond a bound. */
  get leftOut(): LeftOut | undefined {
    return this.#leftOut
  }

  /** Why they could not be read, or null. */
  get error(): unknown {
    return this.#error
  }

  /** Reads them when they are due. Never rejects: what can't be read leaves the rest as it was. */
  async read(): Promise<void> {
    const { reader, interval } = this.#options
    // A little less than so many looks, or the timer's jitter makes it one more.
    if (performance.now() - this.#readAt < (REPORTS_EVERY - 0.5) * interval) return
    try {
      const { snapshots, unreadable, problem = null, trust = null, leftOut } = await reader.queues()
      this.#snapshots = this.#sameOrNew(snapshots)
      this.#unreadable = unreadable
      this.#trust = trust
      this.#leftOut = leftOut
      this.#error = problem
    } catch (error) {
      // One that may read nodes and not this.
      this.#error = error
    }
    this.#readAt = performance.now()
  }

  /** One that says the same as before is the same object, and so is the list when all of them are. */
  #sameOrNew(snapshots: readonly QueueSnapshot[]): readonly QueueSnapshot[] {
    const known = new Map(this.#snapshots.map((snapshot) => [wordOf(snapshot), snapshot]))
    const now = snapshots.map((snapshot) => {
      const one = known.get(wordOf(snapshot))
      return one && isSame(one, snapshot) ? one : snapshot
    })
    const isUnchanged =
      now.length === this.#snapshots.length && now.every((one, index) => one === this.#snapshots[index])
    return isUnchanged ? this.#snapshots : now
  }
}

/** Who says it, and when. */
function wordOf({ service, reporter, timestamp, queues }: QueueSnapshot): string {
  return JSON.stringify([service, reporter, timestamp, queues.length, queues[0]?.name])
}

function isSame(one: QueueSnapshot, other: QueueSnapshot): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}
