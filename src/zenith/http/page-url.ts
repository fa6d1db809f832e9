import type { Origin } from './context.js'
import { isLocalHost, isLoopback } from './loopback.js'
import { forwardedPrefix } from './mount-path.js'
import type { IsProxy } from './proxies.js'

/** URL of the page as browsers reach it, with a slash at its end; null if it is unknown. @param path below the mount */
export type PageUrlOf = (request: Request, origin: Origin, path: string) => string | null

interface PageUrlOptions {
  /** By an option; null without one. */
  readonly url: string | null
  readonly isProxy: IsProxy
}

/**
 * From the option, else from the headers of a trusted proxy, else from the Host of this machine. Any client can send any other Host: it
 * must not decide where a provider sends its users.
 */
export function pageUrls({ url, isProxy }: PageUrlOptions): PageUrlOf {
  if (url !== null) return () => `${url.replace(/\/+$/, '')}/`
  return (request, origin, path) => {
    const mount = mountOf(origin, path)
    if (mount === null || origin.isCut) return null
    if (isProxy(origin.peer)) return forwardedUrl(request, mount)
    const { host, protocol } = new URL(request.url)
    const asked = request.headers.get('host') ?? host
    return isLoopback(origin.peer) && isLocalHost(asked) ? validUrl(`${protocol}//${asked}${mount}/`) : null
  }
}

function forwardedUrl(request: Request, mount: string): string | null {
  const { headers } = request
  const { protocol, host } = new URL(request.url)
  const proto = headers.get('x-forwarded-proto') ?? protocol.slice(0, -1)
  const asked = headers.get('x-forwarded-host') ?? headers.get('host') ?? host
  // Of several values one may be the client's.
  if (!/^https?$/i.test(proto.trim()) || !/^[\w.[\]:-]+$/.test(asked.trim())) return null
  const prefix = forwardedPrefix(request)
  const whole = mount === prefix || mount.startsWith(`${prefix}/`) ? mount : prefix + mount
  return validUrl(`${proto.trim()}://${asked.trim()}${whole}/`)
}

/** The path before the one below the mount, without a slash at its end. */
function mountOf({ path: asked }: Origin, path: string): string | null {
  return asked?.endsWith(path) ? asked.slice(0, -path.length) : null
}

function validUrl(url: string): string | null {
  return URL.canParse(url) ? new URL(url).href : null
}

export function isPageUrl(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\/./.test(value) && URL.canParse(value) && !/[?#]/.test(value)
}
