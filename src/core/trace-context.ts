/** OpenTelemetry's API leaves itself here (its `global-utils`), and its span under this key of the active context. */
const OTEL_API = Symbol.for('opentelemetry.js.api.1')
const OTEL_SPAN = Symbol.for('OpenTelemetry Context Key SPAN')

interface OtelApi {
  context?: { active(): { getValue(key: symbol): unknown } }
}

const NO_TRACE = '0'.repeat(32)

/** The trace id of OpenTelemetry's active span; null where the app has none. The API is not imported: most apps lack it. */
export function activeTraceId(): string | null {
  const api = (globalThis as { [OTEL_API]?: OtelApi })[OTEL_API]
  if (!api?.context) return null
  try {
    const span = api.context.active().getValue(OTEL_SPAN) as { spanContext?(): { traceId?: string } } | undefined
    return validTraceId(span?.spanContext?.().traceId)
  } catch {
    return null
  }
}

/** The trace id in a W3C `traceparent` header (https://www.w3.org/TR/trace-context/); null when it holds none. */
export function traceIdOf(traceparent: string | undefined): string | null {
  const match = /^(?!ff)[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}(?:-|$)/.exec(traceparent ?? '')
  return validTraceId(match?.[1])
}

function validTraceId(id: string | undefined): string | null {
  return id && /^[\da-f]{32}$/.test(id) && id !== NO_TRACE ? id : null
}
