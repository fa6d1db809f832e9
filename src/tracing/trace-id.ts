import { hasTracer, otelContexts, type Span, sentryScopes } from './tracers.js'

/** What OpenTelemetry keeps the active span under: a key made of this name. */
const OTEL_SPAN = Symbol.for('OpenTelemetry Context Key SPAN')

const NO_TRACE = '0'.repeat(32)

/** The trace id of the span that is active; null where there is none. Never throws. @param now performance.now() */
export function activeTraceId(now: number): string | null {
  if (!hasTracer(now)) return null
  try {
    return validTraceId(activeSpan()?.spanContext?.().traceId)
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

function validTraceId(id: string | undefined): string | null {
  return id && /^[\da-f]{32}$/.test(id) && id !== NO_TRACE ? id : null
}
