import { hasTracer, otelContexts, type Span, sentryScopes } from './tracers.js'

/** What OpenTelemetry keeps the active span under: a key made of this name. */
const OTEL_SPAN = Symbol.for('OpenTelemetry Context Key SPAN')

const NO_TRACE = '0'.repeat(32)

/** The trace id of the span that is active; null where there is none. Never throws. @param now performance.now() */
export function activeTraceId(now: number): string | null {
  return activeContext(now)?.traceId ?? null
}

/** The `traceparent` of the span that is active; null where there is none. Never throws. @param now performance.now() */
export function activeTraceparent(now: number): string | null {
  const { traceId, spanId, traceFlags = 0 } = activeContext(now) ?? {}
  const text = `00-${traceId}-${spanId}-${(traceFlags & 0xff).toString(16).padStart(2, '0')}`
  return traceIdOf(text) === null ? null : text
}

/** Null, too, if the span has no valid trace id. */
function activeContext(now: number): { traceId: string; spanId?: string; traceFlags?: number } | null {
  if (!hasTracer(now)) return null
  try {
    const context = activeSpan()?.spanContext?.()
    const traceId = validTraceId(context?.traceId)
    return traceId === null ? null : { ...context, traceId }
  } catch {
    return null
  }
}

function activeSpan(): Span | undefined {
  const contexts = otelContexts()
  if (contexts) return contexts.active().getValue(OTEL_SPAN) as Span | undefined
  return sentryScopes()?.getCurrentScope().refs?.span?.deref()
}

/** The trace id in a W3C `traceparent` header (https://www.w3.org/TR/trace-context/); null when it holds none. */
export function traceIdOf(traceparent: string | undefined): string | null {
  const match = /^(?!ff)[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}(?:-|$)/.exec(traceparent ?? '')
  return validTraceId(match?.[1])
}

export function validTraceId(id: unknown): string | null {
  return typeof id === 'string' && /^[\da-f]{32}$/.test(id) && id !== NO_TRACE ? id : null
}
