import { performance } from 'node:perf_hooks'
import type { Reader, TrustReport } from '../../../ports/index.js'
import type { LeftOut, QueueSnapshot } from '../../../protocol/index.js'

/** Polls per reading of the reported queues, which change every 10 s. */
const REPORTS_EVERY = 3

interface ReportedQueuesOptions {
  readonly reader: Pick<Reader, 'queues'>
  /** How often the nodes are read while a client polls, ms. */
  readonly interval: number
}

/** The queues that services report, as of the last reading. */
export class ReportedQueues {
  readonly #options: ReportedQueuesOptions
  #snapshots: readonly QueueSnapshot[] = []
  #unreadable = 0
  #trust: TrustReport | null = null
  #leftOut: LeftOut | undefined
  #error: unknown = null
  /** `performance.now()` of the last reading. */
  #readAt = Number.NEGATIVE_INFINITY

  constructor(options: ReportedQueuesOptions) {
    this.#options = options
  }

  /** The same list as before if no snapshot has changed. */
  get snapshots(): readonly QueueSnapshot[] {
    return this.#snapshots
  }

  /** Number of snapshots that could not be read. */
  get unreadable(): number {
    return this.#unreadable
  }

  /** Which ones failed verification; null if nothing is verified. */
  get trust(): TrustReport | null {
    return this.#trust
  }

  /** What exceeds a limit. */
  get leftOut(): LeftOut | undefined {
    return this.#leftOut
  }

  /** Why they could not be read, or null. */
  get error(): unknown {
    return this.#error
  }

  /** Reads the snapshots if they are due. Never rejects: what cannot be read leaves the rest unchanged. */
  async read(): Promise<void> {
    const { reader, interval } = this.#options
    // Slightly less than this number of polls, or jitter of the timer adds one.
    if (performance.now() - this.#readAt < (REPORTS_EVERY - 0.5) * interval) return
    try {
      const { snapshots, unreadable, problem = null, trust = null, leftOut } = await reader.queues()
      this.#snapshots = this.#sameOrNew(snapshots)
      this.#unreadable = unreadable
      this.#trust = trust
      this.#leftOut = leftOut
      this.#error = problem
    } catch (error) {
      // An ACL may allow reading nodes and not this.
      this.#error = error
    }
    this.#readAt = performance.now()
  }

  /** An unchanged snapshot keeps its object, and so does the list if all are unchanged. */
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

/** Identifies the reporter and the time. */
function wordOf({ service, reporter, timestamp, queues }: QueueSnapshot): string {
  return JSON.stringify([service, reporter, timestamp, queues.length, queues[0]?.name])
}

function isSame(one: QueueSnapshot, other: QueueSnapshot): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}
