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

/** At most this many exceptions become records in one interval; describing an error is not free. */
const MAX_EXCEPTIONS_PER_INTERVAL = 200
/** And at most this many slow requests and jobs. */
const MAX_SLOW_PER_INTERVAL = 200
/** So many characters are masked in one interval until errors are told of in brief. */
const MAX_MASKED_PER_INTERVAL = 1_000_000

/** Where an exception came from. */
export interface CaptureContext {
  /** The route's pattern or the job's name. */
  route?: string | null
  queue?: string | null
  /** The part of a GraphQL answer that failed, `user.posts.0.title`. */
  path?: string | null
  requestId?: string | null
  traceId?: string | null
}

/** What else the process does. */
export interface Surroundings {
  /** What it did between two moments of performance.now(). */
  window(from: number, to: number): Omit<Meanwhile, 'inFlight'>
  /** Requests in flight now. */
  countInFlight(): number
}

/** Makes records of what stands out: redacted here, before anything is kept. */
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
  /** Characters that errors had masked in this interval. */
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

  /** A new interval: what is limited in one is counted from zero again. */
  startInterval(): void {
    this.#exceptions = 0
    this.#slow = 0
    this.#masked = 0
  }

  /** There is no next turn: slow entries are kept with what is known now. */
  finish(): void {
    for (const finish of [...this.#unfinished]) finish()
  }

  /** Whether there is room for one more slow entry of those that are sampled; what has none is counted. */
  takesSlow(): boolean {
    if (!this.#isSampled()) return false
    this.#slow += 1
    if (this.#slow <= MAX_SLOW_PER_INTERVAL) return true
    this.#buffer.dropped += 1
    return false
  }

  /** Keeps a slow entry for which there was room. */
  slow({ kind, name, durationMs, thresholdMs, start }: SlowRun, { meta, ...rest }: SlowParts): void {
    const entry = {
      ...this.#slowBase(kind, name, durationMs, thresholdMs),
      ...rest,
      meta: { ...NO_META, ...meta },
    }
    this.#keepSlow(entry, start)
  }

  /** Keeps an exception; the same error object only once. */
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

  /** Node tells of garbage collection one turn late, so what the process did meanwhile is asked in the next turn. */
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

  /** The last step of all: what `redact` fails on is not kept, but counted. */
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

/** What was slow. */
export interface SlowRun {
  readonly kind: SlowEntry['kind']
  readonly name: string
  readonly durationMs: number
  readonly thresholdMs: number
  /** monotonic() at the start. */
  readonly start: number
}

/** What tells more of it, by its kind; redacted. */
export interface SlowParts extends Omit<SlowEntry, keyof SlowBase | 'meta'> {
  readonly meta: Partial<SlowEntry['meta']>
}

/** All unknown, to begin with. */
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

/** A name as records show it; null for none. */
export function nameIn(name: string | null | undefined): string | null {
  return name ? redactName(name) : null
}
