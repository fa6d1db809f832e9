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
