/** What tracers beside Quasar leave in the process for others. Most apps have none, and nobody's package is imported for it. */

/** OpenTelemetry's API leaves itself here (its `global-utils`). */
const OTEL_API = Symbol.for('opentelemetry.js.api.1')

export interface Span {
  spanContext?(): { readonly traceId?: string; readonly spanId?: string; readonly traceFlags?: number }
}

export interface OtelContext {
  getValue(key: symbol): unknown
  setValue(key: symbol, value: unknown): OtelContext
}

export interface OtelContexts {
  active(): OtelContext
  with<T>(context: OtelContext, run: () => T): T
}

/** Sentry, which does without OpenTelemetry since its version 11, leaves its scopes here, under its version. */
interface SentryCarrier {
  readonly version?: string
  readonly [version: string]: { readonly acs?: SentryScopes } | string | undefined
}

export interface SentryScopes {
  /** Its span is held weakly. */
  getCurrentScope(): { readonly refs?: { readonly span?: WeakRef<Span> } }
  withScope<T>(run: (scope: { setSDKProcessingMetadata(data: object): unknown }) => T): T
}

/** A process without a tracer is asked no more often, ms: two lookups in the global object cost 0.5 % of a small request. */
const ASK_AGAIN_MS = 100
let isThere = false
let askedAt = Number.NEGATIVE_INFINITY

/** Whether there is a tracer. One that comes later is found within 100 ms. @param now performance.now() */
export function hasTracer(now: number): boolean {
  if (isThere || now - askedAt < ASK_AGAIN_MS) return isThere
  askedAt = now
  isThere = OTEL_API in globalThis || '__SENTRY__' in globalThis
  return isThere
}

export function otelContexts(): OtelContexts | undefined {
  return (globalThis as { [OTEL_API]?: { context?: OtelContexts } })[OTEL_API]?.context
}

export function sentryScopes(): SentryScopes | undefined {
  const carrier = (globalThis as { __SENTRY__?: SentryCarrier }).__SENTRY__
  if (!carrier) return undefined
  const own = carrier[carrier.version ?? '']
  return typeof own === 'object' ? own.acs : undefined
}
