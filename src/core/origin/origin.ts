import { randomBytes } from 'node:crypto'
import { monotonic } from '../../lib/clock.js'
import { type CarriedTrace, encodeCarriedTrace } from '../../tracing/job-metadata.js'
import { activeTraceparent, traceIdOf } from '../../tracing/trace-id.js'

/** What jobs come from: a request, an attempt at a job, or a run of the app's own. Its trace id is made when it is first needed. */
export class Origin {
  #traceId: string | null
  #traceparent: string | null
  #readHeader: (() => string | undefined) | null

  /**
   * @param traceId null if no tracer knows it
   * @param traceparent of the span that it descends from
   * @param readHeader reads a request's `traceparent`, which counts if no tracer has an id
   */
  constructor(
    traceId: string | null,
    traceparent: string | null = null,
    readHeader: (() => string | undefined) | null = null,
  ) {
    this.#traceId = traceId
    this.#traceparent = traceparent
    this.#readHeader = readHeader
  }

  get traceId(): string {
    this.settle()
    this.#traceId ??= randomBytes(16).toString('hex')
    return this.#traceId
  }

  /** Reads what the request brought, and lets go of it: timers and connections of the app may hold the origin for long. */
  settle(): void {
    const read = this.#readHeader
    if (!read) return
    this.#readHeader = null
    const header = read()
    const traceId = traceIdOf(header)
    this.#traceId ??= traceId
    if (traceId !== null && header !== undefined && traceId === this.#traceId) this.#traceparent = header
  }

  /** Telemetry metadata for a job that is added now: the active span's, if it is of this trace. */
  metadata(): string {
    const { traceId } = this
    const active = activeTraceparent(monotonic()) ?? undefined
    const traceparent = traceIdOf(active) === traceId ? (active ?? null) : this.#traceparent
    const carried: CarriedTrace = { traceId, traceparent }
    return encodeCarriedTrace(carried)
  }
}
