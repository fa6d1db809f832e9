import { otelContexts, sentryScopes } from './tracers.js'

/** What OpenTelemetry's SDK (`suppressTracing`) and Sentry's (its function of that name) mark such a run by. */
const OTEL_SUPPRESSED = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING')
const SENTRY_SUPPRESSED = { __SENTRY_SUPPRESS_TRACING__: true }

/**
 * Runs something that is no part of the app: what it asks of Redis, and waits for, makes no spans. Some tracers would make
 * each of these commands a trace of its own, which their users pay for.
 *
 * @param run begins the work and does not throw; a promise of its may reject
 */
export function untraced<T>(run: () => T): T {
  return unseenBySentry(() => unseenByOtel(run))
}

function unseenByOtel<T>(run: () => T): T {
  const contexts = otelContexts()
  if (!contexts) return run()
  return once(run, (inside) => contexts.with(contexts.active().setValue(OTEL_SUPPRESSED, true), inside))
}

function unseenBySentry<T>(run: () => T): T {
  const scopes = sentryScopes()
  if (!scopes) return run()
  return once(run, (inside) =>
    scopes.withScope((scope) => {
      scope.setSDKProcessingMetadata(SENTRY_SUPPRESSED)
      return inside()
    }),
  )
}

/** A tracer that is not as it is known here, or fails, takes nothing away: what is to run runs, and once. */
function once<T>(run: () => T, within: (inside: () => T) => unknown): T {
  let ran: { readonly value: T } | null = null
  const inside = () => {
    ran ??= { value: run() }
    return ran.value
  }
  try {
    within(inside)
  } catch {
    // Its own trouble: in a timer of ours it would end the app.
  }
  return inside()
}
