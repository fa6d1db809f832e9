/** What tracers beside Quasar leave in the process for others. Most apps have none, and nobody's package is imported for it. */

/** OpenTelemetry's API leaves itself here (its `global-utils`). */
const OTEL_API = Symbol.for('opentelemetry.js.api.1')

export interface Span {
  spanContext?(): { readonly traceId?: string }
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

/** Whether any may be there. */
export function hasTracer(): boolean {
  return OTEL_API in globalThis || '__SENTRY__' in globalThis
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
