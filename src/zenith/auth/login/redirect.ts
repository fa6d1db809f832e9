import type { Origin } from '../../http/context.js'

/** After a POST the browser requests the next page with GET. */
export function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location } })
}

/** The relative path from a page below the mount to the log-in: correct under any mount and behind any proxy. */
export function toLogin(request: Request, { path: asked }: Origin, path: string): Response {
  const next = path.slice(1) + new URL(request.url).search
  const query = next === '' ? '' : `?next=${encodeURIComponent(next)}`
  return seeOther(`${upFrom(path, asked)}login${query}`)
}

function upFrom(path: string, asked: string | null): string {
  const depth = path.split('/').length - 2
  if (depth > 0) return '../'.repeat(depth)
  // If the mount was requested without a trailing slash, its folder is one level up.
  const last = path === '/' ? /[^/]+$/.exec(asked ?? '/')?.[0] : undefined
  return last === undefined ? './' : `./${last}/`
}
