/** Matches Horizons with connections: both prefixes derive from the app's name. */

const CONNECTION_SUFFIX = /^(.+?)[_-]database[_-]$/
const HORIZON_SUFFIX = /^(?:(.+)[_-])?horizon:$/

/** The app's name in a connection's prefix as Horizon would write it; null if the prefix is a custom one. */
export function appOfConnection(prefix: string): string | null {
  return CONNECTION_SUFFIX.exec(prefix)?.[1]?.replaceAll('-', '_') ?? null
}

/** The app's name in Horizon's prefix; null if it has none. */
export function appOfHorizon(horizon: string): string | null {
  return HORIZON_SUFFIX.exec(withoutBraces(horizon))?.[1]?.replaceAll('-', '_') ?? null
}

/** A substitute for the prefix of an app with only Horizon's keys: its most likely prefix, or Horizon's own. */
export function likelyConnection(horizon: string): string {
  const app = appOfHorizon(horizon)
  return app === null ? withoutBraces(horizon) : `${app}_database_`
}

/**
 * The Horizon of a connection: that of the same app, or the only one if one of the two has no app name. Another app's Horizon would show,
 * and retry, jobs of other queues.
 *
 * @param connections number of connections
 */
export function horizonFor(prefix: string, horizons: readonly string[], connections: number): string | null {
  const app = appOfConnection(prefix)
  const own = horizons.find((horizon) => app !== null && appOfHorizon(horizon) === app)
  if (own !== undefined) return own
  const [only, ...others] = horizons
  if (only === undefined || others.length > 0 || connections > 1) return null
  return app === null || appOfHorizon(only) === null ? only : null
}

export function withoutBraces(prefix: string): string {
  return /^\{(.+)\}$/.exec(prefix)?.[1] ?? prefix
}
