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
 * The path that a proxy is reached under, by its own word. It matters where the proxy does not cut it off and `basePath` does not
 * name it. Believe it of known proxies alone: a client that sets it chooses which part of the path an app's own guards see.
 */
export function forwardedPrefix(request: Request): string {
  const prefix = request.headers.get('x-forwarded-prefix')?.split(',', 1)[0]?.trim() ?? ''
  return /^(\/[\w.~-]+)+\/?$/.test(prefix) ? cleanBasePath(prefix) : ''
}

/**
 * Whether a path reads the same to every server: with `.` or `..` as a segment, a backslash, a `#` or a character that is left out, it is
 * another path to `URL` than to a guard of the app that compared it as it came.
 */
export function isPlainPath(path: string): boolean {
  return !/[\\#\s]/.test(path) && !/(^|\/)(\.|%2e){1,2}(\/|$)/i.test(path)
}
