import { hasTracer, otelContexts, type Span, sentryScopes } from './tracers.js'

/** What OpenTelemetry keeps the active span under: a key made of this name. */
const OTEL_SPAN = Symbol.for('OpenTelemetry Context Key SPAN')

const NO_TRACE = '0'.repeat(32)

/** The trace id of the span that is active; null where there is none. Never throws. */
export function activeTraceId(): string | null {
  try {
    return validTraceId(activeSpan()?.spanContext?.().traceId)
  } catch {
    return null
  }
}

/** Where the last look found no tracer, so many requests go without another one, and for so long at most, ms. */
const LOOK_EVERY = 32
const LOOK_AFTER_MS = 250

let left = 0
let until = Number.NEGATIVE_INFINITY

/**
 * The same at the arrival of a request. A property that the global object lacks takes as long to look for as all else that is done then,
 * and hardly any tracer starts after the app.
 *
 * @param now ms of the monotonic clock
 */
export function traceIdAt(now: number): string | null {
  if (left > 0 && now < until) {
    left -= 1
    return null
  }
  left = hasTracer() ? 0 : LOOK_EVERY
  until = now + LOOK_AFTER_MS
  return left === 0 ? activeTraceId() : null
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
