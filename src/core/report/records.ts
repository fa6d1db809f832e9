import { randomUUID } from 'node:crypto'
import { setImmediate, wallClock } from '../../lib/clock.js'
import { round, roundKnown } from '../../lib/round.js'
import type { StoreRecord } from '../../ports/index.js'
import {
  type ExceptionKind,
  type ExceptionRecord,
  type Meanwhile,
  PROTOCOL_VERSION,
  type SlowEntry,
} from '../../protocol/index.js'
import { redactName } from '../../redaction/name.js'
import { work } from '../../redaction/source.js'
import { describeBriefly, describeError, type ErrorDescription } from '../errors/describe-error.js'
import { isObject } from '../errors/thrown.js'
import type { ResolvedOptions } from '../options/options.js'
import type { RecordBuffer } from './buffer.js'
import { narrowRecord } from './narrow.js'
import { redactId } from './redaction.js'

/** Maximum number of exceptions recorded per interval: to describe an error takes time. */
const MAX_EXCEPTIONS_PER_INTERVAL = 200
/** Maximum number of slow requests and jobs recorded per interval. */
const MAX_SLOW_PER_INTERVAL = 200
/** Characters masked in one interval before errors are described in brief. */
const MAX_MASKED_PER_INTERVAL = 1_000_000

/** The origin of an exception. */
export interface CaptureContext {
  /** The route's pattern or the job's name. */
  route?: string | null
  queue?: string | null
  /** Path of the field in a GraphQL response that failed, `user.posts.0.title`. */
  path?: string | null
  requestId?: string | null
  traceId?: string | null
}

/** Other activity in the process. */
export interface Surroundings {
  /** Delays between two moments of performance.now(). */
  window(from: number, to: number): Omit<Meanwhile, 'inFlight'>
  /** Requests in flight now. */
  countInFlight(): number
}

/** Makes records of slow entries and exceptions, masked before they are stored. */
export class Records {
  readonly #options: ResolvedOptions
  readonly #buffer: RecordBuffer
  readonly #surroundings: Surroundings
  readonly #onFault: (error: unknown) => void
  readonly #captured = new WeakSet<object>()
  /** Slow entries that wait for the next turn. */
  readonly #unfinished = new Set<() => void>()
  #exceptions = 0
  #slow = 0
  /** Characters masked in errors in this interval. */
  #masked = 0

  constructor(
    options: ResolvedOptions,
    buffer: RecordBuffer,
    surroundings: Surroundings,
    onFault: (error: unknown) => void,
  ) {
    this.#options = options
    this.#buffer = buffer
    this.#surroundings = surroundings
    this.#onFault = onFault
  }

  /** Starts a new interval and resets its limits. */
  startInterval(): void {
    this.#exceptions = 0
    this.#slow = 0
    this.#masked = 0
  }

  /** Called when there is no next turn: records the pending slow entries with the current figures. */
  finish(): void {
    for (const finish of [...this.#unfinished]) finish()
  }

  /** Whether to record a slow entry: it is sampled and within the limit. One beyond the limit is counted as dropped. */
  takesSlow(): boolean {
    if (!this.#isSampled()) return false
    this.#slow += 1
    if (this.#slow <= MAX_SLOW_PER_INTERVAL) return true
    this.#buffer.dropped += 1
    return false
  }

  /** Records a slow entry that {@link takesSlow} accepted. */
  slow({ kind, name, durationMs, thresholdMs, start }: SlowRun, { meta, ...rest }: SlowParts): void {
    const entry = {
      ...this.#slowBase(kind, name, durationMs, thresholdMs),
      ...rest,
      meta: { ...NO_META, ...meta },
    }
    this.#keepSlow(entry, start)
  }

  /** Records an exception; the same error object only once. */
  exception(error: unknown, kind: ExceptionKind, handled: boolean, context: CaptureContext = {}): void {
    if (this.#isKnown(error) || !this.#isSampled()) return
    this.#exceptions += 1
    if (this.#exceptions > MAX_EXCEPTIONS_PER_INTERVAL) {
      this.#buffer.dropped += 1
      return
    }
    const record: ExceptionRecord = {
      v: PROTOCOL_VERSION,
      id: randomUUID(),
      kind,
      ...this.#describe(error),
      handled,
      service: this.#options.service,
      node: this.#options.node,
      route: nameIn(context.route),
      queue: nameIn(context.queue),
      path: nameIn(context.path),
      requestId: redactId(context.requestId ?? undefined),
      traceId: redactId(context.traceId ?? undefined),
      ts: wallClock(),
    }
    this.#keep(record, (kept) => ({ type: 'exception', record: kept }))
  }

  #describe(error: unknown): ErrorDescription {
    if (this.#masked > MAX_MASKED_PER_INTERVAL) return describeBriefly(error)
    const before = work.chars
    const description = describeError(error)
    this.#masked += work.chars - before
    return description
  }

  /** Node reports garbage collection one turn late, so the delays are read in the next turn. */
  #keepSlow(entry: SlowEntry, start: number): void {
    const inFlight = this.#surroundings.countInFlight()
    const finish = () => {
      if (!this.#unfinished.delete(finish)) return
      const { loopBlockedMs, gcMs, cpuThrottledMs } = this.#surroundings.window(start, start + entry.durationMs)
      const meanwhile: Meanwhile = {
        loopBlockedMs: roundKnown(loopBlockedMs),
        gcMs: roundKnown(gcMs),
        cpuThrottledMs: roundKnown(cpuThrottledMs),
        inFlight,
      }
      this.#keep({ ...entry, meta: { ...entry.meta, ...meanwhile } }, (record) => ({ type: 'slow', record }))
    }
    this.#unfinished.add(finish)
    setImmediate(finish)
  }

  /** Applies the app's `redact` last: a record on which it fails is dropped and counted. */
  #keep<T extends SlowEntry | ExceptionRecord>(record: T, wrap: (record: T) => StoreRecord): void {
    try {
      const { redact } = this.#options
      const kept = redact ? narrowRecord(record, redact) : record
      if (kept) this.#buffer.push(wrap(kept))
    } catch (error) {
      this.#buffer.dropped += 1
      this.#onFault(error)
    }
  }

  #slowBase(kind: SlowEntry['kind'], name: string, duration: number, thresholdMs: number): SlowBase {
    const { service, node } = this.#options
    const durationMs = round(duration) ?? 0
    return {
      v: PROTOCOL_VERSION,
      kind,
      name: redactName(name),
      durationMs,
      thresholdMs,
      service,
      node,
      ts: wallClock(),
    }
  }

  #isSampled(): boolean {
    return this.#options.sample === 1 || Math.random() < this.#options.sample
  }

  #isKnown(error: unknown): boolean {
    if (!isObject(error)) return false
    if (this.#captured.has(error)) return true
    this.#captured.add(error)
    return false
  }
}

type SlowBase = Omit<SlowEntry, 'status' | 'requestId' | 'traceId' | 'meta'>

/** A slow request or job. */
export interface SlowRun {
  readonly kind: SlowEntry['kind']
  readonly name: string
  readonly durationMs: number
  readonly thresholdMs: number
  /** monotonic() at the start. */
  readonly start: number
}

/** Further fields of a slow entry, by its kind; masked. */
export interface SlowParts extends Omit<SlowEntry, keyof SlowBase | 'meta'> {
  readonly meta: Partial<SlowEntry['meta']>
}

/** Initial values: all unknown. */
const NO_META: SlowEntry['meta'] = {
  loopBlockedMs: null,
  gcMs: null,
  cpuThrottledMs: null,
  inFlight: null,
  method: null,
  url: null,
  headers: null,
  queue: null,
  jobId: null,
  attempt: null,
  waitMs: null,
  aborted: false,
}

/** A name as records have it; null without one. */
export function nameIn(name: string | null | undefined): string | null {
  return name ? redactName(name) : null
}
