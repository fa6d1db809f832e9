/** Normalizes the option `basePath`: a leading slash, no trailing one; empty for the root. */
export function cleanBasePath(basePath: string): string {
  const inner = basePath.replace(/^\/+|\/+$/g, '')
  return inner === '' ? '' : `/${inner}`
}

/**
 * The path below the mount. Routers that mount (Express, Hono, Nest) have already removed their part; `basePath` is for servers that do
 * not. A path outside of it is returned unchanged.
 */
export function belowMount(pathname: string, basePath: string): string {
  if (basePath === '') return pathname
  if (pathname === basePath) return '/'
  return pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : pathname
}

/**
 * The path prefix that a proxy reports. It matters if the proxy does not remove it and `basePath` does not include it. Use it only for
 * known proxies: a client that sets it chooses which part of the path an app's own guards see.
 */
export function forwardedPrefix(request: Request): string {
  const prefix = request.headers.get('x-forwarded-prefix')?.split(',', 1)[0]?.trim() ?? ''
  return /^(\/[\w.~-]+)+\/?$/.test(prefix) ? cleanBasePath(prefix) : ''
}

/**
 * Whether all servers interpret a path alike. With a `.` or `..` segment, a backslash, a `#` or an ignored character, `URL` reads another
 * path than a guard of the app that compares the raw one.
 */
export function isPlainPath(path: string): boolean {
  return !/[\\#\s]/.test(path) && !/(^|\/)(\.|%2e){1,2}(\/|$)/i.test(path)
}
