/** Cleans the option `basePath`: a slash in front, none at the end; empty for the root. */
export function cleanBasePath(basePath: string): string {
  const inner = basePath.replace(/^\/+|\/+$/g, '')
  return inner === '' ? '' : `/${inner}`
}

/**
 * The path below the mount. Routers that mount (Express, Hono, Nest) have cut their part off already; `basePath` is for
 * servers that do not. A path outside of it is taken as it stands.
 */
export function belowMount(pathname: string, basePath: string): string {
  if (basePath === '') return pathname
  if (pathname === basePath) return '/'
  return pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : pathname
}

/**
 * The path that a proxy says it is reached under. It matters where the proxy does not cut it off and `basePath` does not name
 * it; whoever forges it asks for the same routes by longer names.
 */
export function forwardedPrefix(request: Request): string {
  const prefix = request.headers.get('x-forwarded-prefix')?.split(',', 1)[0]?.trim() ?? ''
  return /^(\/[\w.~-]+)+\/?$/.test(prefix) ? cleanBasePath(prefix) : ''
}
