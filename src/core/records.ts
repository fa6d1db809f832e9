import { randomUUID } from 'node:crypto'
import { setImmediate, wallClock } from '../lib/clock.js'
import type { StoreRecord } from '../ports/index.js'
import {
  type ExceptionKind,
  type ExceptionRecord,
  type Meanwhile,
  PROTOCOL_VERSION,
  type SlowEntry,
} from '../protocol/index.js'
import { redactName } from '../redaction/name.js'
import { work } from '../redaction/source.js'
import { activeTraceId, traceIdOf } from '../tracing/trace-id.js'
import type { RecordBuffer } from './buffer.js'
import { describeBriefly, describeError, type ErrorDescription } from './describe-error.js'
import type { EndedJob } from './jobs.js'
import { narrowRecord } from './narrow.js'
import type { ResolvedOptions } from './options.js'
import { pickHeaders, redactId, redactUrl } from './redaction.js'
import type { LiveTrace, RequestLike } from './request-trace.js'
import type { EndedRequest } from './requests.js'
import { round, roundKnown } from './round.js'
import { isObject } from './thrown.js'

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

  slowRequest(request: EndedRequest): void {
    if (!this.#isSampled() || !this.#hasRoomForSlow()) return
    const { trace, name, status, durationMs, thresholdMs } = request
    const header = headerOf(trace.request)
    const entry: SlowEntry = {
      ...this.#slowBase('request', name, durationMs, thresholdMs),
      status: String(status),
      requestId: requestIdOf(trace),
      traceId: trace.traceId ?? traceIdOf(header('traceparent')),
      meta: {
        ...NO_META,
        method: trace.method,
        url: redactUrl(trace.url),
        headers: pickHeaders(header),
        aborted: request.aborted,
      },
    }
    this.#keepSlow(entry, trace.start)
  }

  /** @param path the part of a GraphQL answer that failed */
  failedRequest(request: EndedRequest, error: unknown, path: string | null = null): void {
    const { trace } = request
    this.exception(error, 'request', false, {
      route: request.name,
      path,
      requestId: requestIdOf(trace),
      traceId: trace.traceId ?? traceIdOf(headerOf(trace.request)('traceparent')),
    })
  }

  slowJob(ended: EndedJob): void {
    if (!this.#isSampled() || !this.#hasRoomForSlow()) return
    const { job } = ended
    const entry: SlowEntry = {
      ...this.#slowBase(ended.kind, ended.name, ended.durationMs, ended.thresholdMs),
      status: ended.status,
      requestId: null,
      traceId: activeTraceId(),
      meta: {
        ...NO_META,
        queue: nameIn(job.queue),
        jobId: redactId(job.id ?? undefined),
        attempt: job.attempt,
        waitMs: job.waitMs,
      },
    }
    this.#keepSlow(entry, ended.start)
  }

  failedJob(ended: EndedJob, error: unknown): void {
    const { queue } = ended.job
    this.exception(error, ended.kind, ended.handled, { route: ended.name, queue, traceId: activeTraceId() })
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

  #hasRoomForSlow(): boolean {
    this.#slow += 1
    if (this.#slow <= MAX_SLOW_PER_INTERVAL) return true
    this.#buffer.dropped += 1
    return false
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

function nameIn(name: string | null | undefined): string | null {
  return name ? redactName(name) : null
}

function headerOf(request: LiveTrace['request']): (name: string) => string | undefined {
  if (isLike(request)) return (name) => request.header(name)
  return (name) => [request.headers[name]].flat()[0]
}

/** Express gives its requests a `header` method, too: those have Node's `headers` besides. */
function isLike(request: LiveTrace['request']): request is RequestLike {
  return !('headers' in request)
}

/** Made only now, when it is known that somebody will read it; the same for all records of one request. */
function requestIdOf(trace: LiveTrace): string {
  trace.requestId ??= redactId(headerOf(trace.request)('x-request-id')) ?? randomUUID()
  return trace.requestId
}
