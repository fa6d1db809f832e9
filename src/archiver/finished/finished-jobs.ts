import { inTime, TOO_LATE } from '../../lib/async.js'
import { BoundedMap } from '../../lib/bounded-map.js'
import { monotonic } from '../../lib/clock.js'
import { groupBy } from '../../lib/group-by.js'
import { OutageLog } from '../../lib/outage-log.js'
import type { Archive, Logger, QueueSource } from '../../ports/index.js'
import { drain, type Feed } from '../feeds/feed.js'
import { finishedFeed, type Looks } from './finished-feed.js'
import { FINISHED_STATES, type ListedQueue } from './listed-queue.js'

/**
 * Queues of one round, in turns: an idle queue costs two calls, of the newest 20 completed and failed jobs each. The sources share them.
 */
const MAX_QUEUES = 200
/** How long the queues of a source may take in one round, ms: the next round continues with the next ones. */
const ROUND_MS = 10_000
/** How long one call may take, ms. A source that is later is left alone until it has answered. */
const CALL_MS = 5_000
/** A source fails for good when it does so often in a row. */
const MAX_FAILURES = 3
const FAILURES_TO_LOG = 2
const MAX_LOOKS = 10_000
const CLOSE_WITHIN_MS = 1_000

export interface FinishedJobsOptions {
  readonly archive: Pick<Archive, 'cursor' | 'write'>
  /** The queues whose finished jobs can be listed. */
  readonly queues: () => Promise<readonly ListedQueue[]>
  /** @default true */
  readonly withPayloads?: boolean
  /** Unix ms. */
  readonly now: () => number
  /** Whether this Zenith still archives: another may have taken over. */
  readonly mayGoOn: () => Promise<boolean>
  readonly logger: Logger | undefined
  /** How long one call may take, ms. @default 5 s */
  readonly callMs?: number
}

/** What went wrong at a source, not at the archive. */
class SourceFailure extends Error {}

/**
 * Archives what queues list as finished: for workers without a recorder. Each source has its own time, and none waits for another.
 */
export class FinishedJobs {
  readonly #options: FinishedJobsOptions
  readonly #looks: Looks = new BoundedMap(MAX_LOOKS)
  /** Calls that are late, by their source. */
  readonly #late = new WeakSet<QueueSource>()
  /** The queue that a source's last round ended with. */
  readonly #ends = new WeakMap<QueueSource, string>()
  readonly #outages = new WeakMap<QueueSource, OutageLog>()
  readonly #endless = new BoundedMap<string, true>(MAX_LOOKS)
  /** End the waits for sources. */
  readonly #closers = new Set<() => void>()
  #running: Promise<void> | null = null
  #isClosed = false

  constructor(options: FinishedJobsOptions) {
    this.#options = options
  }

  /** One round, or the one that runs already. Rejects when the archive fails. */
  run(): Promise<void> {
    this.#running ??= this.#round().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  /** Waits for what is being written, and no longer for sources. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const close of this.#closers) close()
    if (this.#running) await inTime(this.#running, CLOSE_WITHIN_MS).catch(() => {})
  }

  async #round(): Promise<void> {
    const bySource = groupBy(await this.#options.queues(), ({ source }) => source)
    const most = Math.max(1, Math.floor(MAX_QUEUES / bySource.size))
    const rounds = [...bySource].map(([source, queues]) => this.#roundOf(source, queues, most))
    const failed = (await Promise.allSettled(rounds)).find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
  }

  async #roundOf(source: QueueSource, queues: readonly ListedQueue[], most: number): Promise<void> {
    if (this.#late.has(source)) return
    const ends = monotonic() + ROUND_MS
    let failures: string[] = []
    for (const queue of this.#inTurn(source, queues).slice(0, most)) {
      if (monotonic() > ends || !(await this.#mayGoOn())) break
      this.#ends.set(source, queue.key)
      const failure = await this.#archive(queue)
      failures = failure === null ? [] : [...failures, failure]
      if (failures.length >= MAX_FAILURES || this.#late.has(source)) break
    }
    if (!this.#isClosed) this.#outageOf(source).note(failures.at(-1) ?? null)
  }

  async #mayGoOn(): Promise<boolean> {
    return !this.#isClosed && (await this.#options.mayGoOn())
  }

  /** @returns why its source failed; null if it did not. Rejects when the archive fails. */
  async #archive(queue: ListedQueue): Promise<string | null> {
    try {
      for (const state of FINISHED_STATES) await drain(this.#options.archive, this.#feedOf(queue, state))
      return null
    } catch (error) {
      if (error instanceof SourceFailure) return error.message
      throw error
    }
  }

  /** Beginning after the queue that the last round ended with. */
  #inTurn(source: QueueSource, queues: readonly ListedQueue[]): readonly ListedQueue[] {
    const sorted = [...queues].sort((one, other) => (one.key < other.key ? -1 : 1))
    const end = this.#ends.get(source)
    const next = end === undefined ? 0 : sorted.findIndex(({ key }) => key > end)
    return next < 1 ? sorted : [...sorted.slice(next), ...sorted.slice(0, next)]
  }

  #feedOf(queue: ListedQueue, state: (typeof FINISHED_STATES)[number]): Feed {
    const { now, withPayloads = true } = this.#options
    return finishedFeed({
      ...{ queue, state, now, withPayloads, looks: this.#looks },
      call: (ask) => this.#call(queue.source, ask),
      onEndless: (stream, jobs) => this.#noteEndless(queue, stream, jobs),
    })
  }

  /** @throws SourceFailure */
  async #call<T>(source: QueueSource, ask: (source: QueueSource) => Promise<T> | undefined): Promise<T | undefined> {
    const { callMs = CALL_MS } = this.#options
    // A source that throws instead of rejecting counts as failing, too.
    const answer = (async () => ask(source))()
    const result = await this.#unlessClosed(inTime(answer, callMs)).catch((error: unknown) => {
      throw new SourceFailure(error instanceof Error ? error.message : String(error))
    })
    if (this.#isClosed) throw new SourceFailure('Zenith is closed')
    if (result !== TOO_LATE) return result
    const settled = () => this.#late.delete(source)
    this.#late.add(source)
    answer.then(settled, settled)
    throw new SourceFailure(`no answer within ${callMs} ms`)
  }

  async #unlessClosed<T>(answer: Promise<T>): Promise<T | typeof TOO_LATE> {
    let close: (() => void) | undefined
    const closed = new Promise<typeof TOO_LATE>((resolve) => {
      close = () => resolve(TOO_LATE)
      this.#closers.add(close)
    })
    try {
      return await Promise.race([answer, closed])
    } finally {
      if (close) this.#closers.delete(close)
    }
  }

  #outageOf(source: QueueSource): OutageLog {
    const known = this.#outages.get(source)
    if (known) return known
    const { logger } = this.#options
    const what = `the finished jobs of the queues at ${source.place}`
    const outage = new OutageLog(
      {
        began: (error) => logger?.warn(`Zenith can't archive ${what}: ${error}. It tries again.`),
        ended: (seconds) => logger?.info(`Zenith archives ${what} again after ${seconds} s.`),
      },
      (failures) => failures >= FAILURES_TO_LOG,
    )
    this.#outages.set(source, outage)
    return outage
  }

  #noteEndless({ name }: ListedQueue, stream: string, jobs: number): void {
    if (this.#endless.has(stream)) return
    this.#endless.set(stream, true)
    this.#options.logger?.warn(`Zenith leaves out ${jobs} finished jobs of the queue ${name}: their end is unknown.`)
  }
}
