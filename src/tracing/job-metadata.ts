import { traceIdOf, validTraceId } from './trace-id.js'

/** A longer text is not read. */
const MAX_CHARS = 4_096

/** The trace that a job belongs to. */
export interface CarriedTrace {
  readonly traceId: string
  /** Null if no tracer made the trace. */
  readonly traceparent: string | null
}

/**
 * Telemetry metadata of a BullMQ job, in the form of `bullmq-otel`: a carrier as JSON. An id that no tracer made is no `traceparent`: a
 * tracer in the worker would take over its sampling decision, and there is none.
 */
export function encodeCarriedTrace({ traceId, traceparent }: CarriedTrace): string {
  return JSON.stringify(traceparent === null ? { quasarTraceId: traceId } : { traceparent })
}

/** Null if there is no trace in it. Never throws. @param metadata whatever a job has there */
export function readCarriedTrace(metadata: unknown): CarriedTrace | null {
  if (typeof metadata !== 'string' || metadata.length > MAX_CHARS || !metadata.startsWith('{')) return null
  try {
    const { traceparent, quasarTraceId } = JSON.parse(metadata) as Readonly<Record<string, unknown>>
    const text = typeof traceparent === 'string' ? traceparent : undefined
    const traceId = traceIdOf(text)
    if (traceId !== null && text !== undefined) return { traceId, traceparent: text }
    const own = validTraceId(quasarTraceId)
    return own === null ? null : { traceId: own, traceparent: null }
  } catch {
    return null
  }
}
