import { isDoneIn } from '../../lib/async.js'
import { clearTimeout, monotonic, setTimeout, wallClock } from '../../lib/clock.js'
import { type OutageLines, OutageLog } from '../../lib/outage-log.js'
import type { QueueSource, Writer } from '../../ports/index.js'
import { MAX_QUEUES, PROTOCOL_VERSION, type QueueEntry, type QueueHistory } from '../../protocol/index.js'
import { untraced } from '../../tracing/untraced.js'
import type { Notices } from '../options/logger.js'
import { moment } from '../report/rollups.js'
import { type Duty, Election, type Outcome } from './election.js'
import { planOf } from './plan.js'
import { QueueMinutes } from './queue-minutes.js'
import { isNothing, type Watch } from './watch.js'
import { WatchedSources } from './watched-sources.js'

export interface QueueStatus {
  /** Queues that this process watches, as far as their names are known. */
  readonly watched: number
  /** Those that this process reports; another node of the service reports the rest. */
  readonly reporting: number
  /** Why the last read or write failed; null if it succeeded. */
  readonly error: string | null
}

/** The first round comes early, yet late enough for the app to have named all of its queues. */
const FIRST_ROUND_MS = 1_000
/** Answers within this time form one snapshot; later ones are added to it, ms. */
const GRACE_MS = 1_000
const JITTER = 0.1
/**
 * A lease outlives the longest time between two rounds of its holder. Other nodes run rounds twice as often, so that one of them takes over
 * within two intervals.
 */
const LEASE_INTERVALS = 1.4
const MIN_LEASE_SLACK_MS = 500
const PATIENCE_INTERVALS = 3

/** Reports the queues that this process watches, unless another node of the service does. */
export class QueueReporter {
  readonly #identity: { readonly service: string; readonly node: string }
  readonly #interval: number
  readonly #writer: Writer
  readonly #notices: Notices
  readonly #onFault: (error: unknown) => void
  readonly #outage: OutageLog
  readonly #election: Election
  readonly #sources: WatchedSources
  readonly #minutes: QueueMinutes
  readonly #record: (history: QueueHistory) => void
  #duty: Duty | null = null
  #reported: readonly QueueEntry[] = []
  #timer: NodeJS.Timeout | null = null
  #running: Promise<unknown> = Promise.resolve()
  #isStarted = false
  #isStopped = false

  constructor(
    options: { readonly service: string; readonly node: string; readonly interval: number },
    parts: {
      writer: Writer
      notices: Notices
      onFault: (error: unknown) => void
      /** Takes a record of a minute. */
      record: (history: QueueHistory) => void
      /** Whether other reports succeed: an outage of the whole store is logged only once. */
      hasStore: () => boolean
    },
  ) {
    this.#identity = { service: options.service, node: options.node }
    this.#interval = options.interval
    this.#writer = parts.writer
    this.#notices = parts.notices
    this.#onFault = parts.onFault
    this.#outage = new OutageLog(linesOf(parts.notices), (failures) => failures >= FAILURES_TO_SAY && parts.hasStore())
    this.#sources = new WatchedSources(parts.notices)
    this.#minutes = new QueueMinutes(options.node)
    this.#record = parts.record
    const ttlMs = Math.max(LEASE_INTERVALS * this.#interval, this.#interval + MIN_LEASE_SLACK_MS)
    this.#election = new Election(this.#identity, this.#writer, {
      ttlMs,
      patience: PATIENCE_INTERVALS * this.#interval,
    })
  }

  get status(): QueueStatus {
    const failed = this.#duty ? this.#sources.pollers.find((poller) => poller.error !== null) : undefined
    const error = this.#outage.error ?? failed?.error ?? null
    return { watched: this.#sources.countQueues(), reporting: this.#duty ? this.#reported.length : 0, error }
  }

  /**
   * Watches a source from now on.
   *
   * @param ended called once, when the source is not watched any more; never rejects
   * @returns ends the watch and resolves when `ended` has; idempotent
   */
  watch(source: QueueSource, ended: () => Promise<void>): () => Promise<void> {
    const unwatch = this.#sources.add(source, ended)
    if (this.#isStopped) void unwatch()
    else if (!this.#isStarted) {
      this.#isStarted = true
      this.#schedule(Math.min(this.#interval, FIRST_ROUND_MS) * (0.5 + Math.random() / 2))
    }
    return unwatch
  }

  /** Records the minute so far: nothing may follow. */
  endMinute(): void {
    this.#recordMinute(this.#minutes.take())
  }

  /** Lets another node take over at once. Rounds resume an interval later if the process still runs. Never rejects. */
  async leave(): Promise<void> {
    await this.#running
    if (this.#isStarted) this.#schedule(this.#interval)
    this.#duty = null
    this.#minutes.lapse()
    await untraced(() => this.#election.release()).catch(this.#onFault)
  }

  /** The last snapshot stays until it expires or another node replaces it. Never rejects. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.leave()
    await this.#sources.clear()
  }

  #schedule(delay: number): void {
    if (this.#timer) clearTimeout(this.#timer)
    if (this.#isStopped) return
    this.#timer = setTimeout(() => {
      this.#running = untraced(() => this.#round()).catch(this.#onFault)
    }, delay)
    this.#timer.unref()
  }

  async #round(): Promise<void> {
    const startedAt = monotonic()
    try {
      await this.#takePart()
    } finally {
      const every = this.#duty ? this.#interval : this.#interval / 2
      const jittered = every * (1 - JITTER + 2 * JITTER * Math.random())
      this.#schedule(Math.max(0, jittered - (monotonic() - startedAt)))
    }
  }

  async #takePart(): Promise<void> {
    const watch = this.#sources.watch()
    if (this.#duty && isNothing(watch)) await this.#writeAll([], this.#duty.slot)
    const outcome = await this.#tryToRun(watch)
    this.#noteOutcome(outcome.kind)
    const duty = outcome.kind === 'duty' ? outcome.duty : null
    const before = this.#duty
    this.#duty = duty
    if (!duty) {
      if (before) this.#lapse()
      return
    }
    if (before?.slot !== duty.slot) await this.#takeOver(duty.slot)
    await this.#report(duty)
  }

  #lapse(): void {
    this.endMinute()
    this.#minutes.lapse()
    this.#sources.lapse()
  }

  /** A custom store may throw. */
  async #tryToRun(watch: Watch): Promise<Outcome> {
    try {
      return await this.#election.run(watch)
    } catch {
      return { kind: 'silent' }
    }
  }

  /** The previous holder may have seen queues that have no jobs now. */
  async #takeOver(slot: number): Promise<void> {
    const last = await this.#writer.readQueues(this.#identity.service, slot)
    this.#sources.remember(last?.queues ?? [])
  }

  async #report(duty: Duty): Promise<void> {
    const steps = planOf(duty.watch, this.#sources.pollers)
    const polls = Promise.all(steps.map(({ poller, names }) => poller.poll(names)))
    if (await isDoneIn(polls, GRACE_MS)) return this.#write()
    // Slow sources must not delay the others.
    await this.#write()
    void polls.then(() => this.#write()).catch(this.#onFault)
  }

  async #write(): Promise<void> {
    const duty = this.#duty
    if (!duty) return
    const read = planOf(duty.watch, this.#sources.pollers).flatMap(({ poller, entries }) =>
      entries().map((entry) => ({ entry, readAt: poller.readAt })),
    )
    this.#recordMinute(this.#minutes.note(read, moment()))
    const queues = read.map(({ entry }) => entry)
    const count = this.#sources.pollers.reduce((sum, { left }) => sum + left, queues.length)
    if (count > MAX_QUEUES) this.#notices.once('queues', tooMany(count))
    await this.#writeAll(queues.slice(0, MAX_QUEUES), duty.slot)
  }

  /** A queue that is absent from a snapshot was closed; so an app that closed them all writes an empty one once. */
  async #writeAll(queues: readonly QueueEntry[], slot: number): Promise<void> {
    this.#reported = queues
    const { service, node } = this.#identity
    const about = { timestamp: wallClock(), interval: this.#interval, service, reporter: node }
    const error = await this.#writer.writeQueues({ v: PROTOCOL_VERSION, ...about, queues }, slot)
    this.#outage.note(error?.message ?? null)
  }

  #recordMinute(history: QueueHistory | null): void {
    if (history) this.#record(history)
  }

  #noteOutcome(kind: Outcome['kind']): void {
    if (kind === 'silent') this.#outage.note(UNDECIDED)
    if (kind === 'waiting' || kind === 'covered') this.#outage.note(null)
    if (kind === 'crowded') this.#notices.once('slots', CROWDED)
  }
}

/** Failures in a row before the outage is logged: a single failed round is not. */
const FAILURES_TO_SAY = 2
const UNDECIDED =
  'the store does not say which node of the service reports them (a Redis user needs the rights that docs/operations.md lists)'
const CROWDED =
  'some queues are not reported: too many nodes of this service watch queues of their own. Let them watch the same ones.'

function linesOf(notices: Notices): OutageLines {
  return {
    began: (error) => notices.warn(`the queues can't be reported: ${error}. All else is reported as ever.`),
    ended: (seconds) => notices.info(`the queues are reported again after ${seconds} s.`),
  }
}

function tooMany(count: number): string {
  return `of ${count} queues that this process watches ${MAX_QUEUES} are reported; more do not fit into a snapshot.`
}
