import { SKIP, TRACE } from '../../lib/marks.js'

/**
 * What the server knows of a request beyond the `Request` itself. The second argument of `zenith.fetch`: `toNodeHandler` passes it, and
 * Hono's `app.mount` passes node-server's bindings, which have `incoming`.
 */
export interface FetchContext {
  /** The remote address of the socket. Without it a request never counts as local. */
  readonly peer?: string | null | undefined
  /** The path before a router removed the mount's path. */
  readonly path?: string | null | undefined
  /** `1.0`, `1.1`, `2.0`. */
  readonly httpVersion?: string | undefined
  /** Node's own request, as @hono/node-server passes it. */
  readonly incoming?: OddRequest & {
    readonly socket?: { readonly remoteAddress?: string | undefined } | undefined
  }
}

/** Where a request came from, and the path that it requested. */
export interface Origin {
  readonly peer: string | null
  /** Null if the server does not provide it. */
  readonly path: string | null
  /** Something that no browser does, as a message; null if there is nothing. */
  readonly oddity: string | null
  /** Headers may be missing. */
  readonly isCut: boolean
}

interface Incoming {
  readonly socket?: object | undefined
}

/** Excludes a request to Zenith itself from a recorder's measurements. */
export function skipRecording(request: Incoming): void {
  const trace = (request.socket as { [TRACE]?: { discard(): void } | null } | undefined)?.[TRACE]
  if (trace) trace.discard()
  else Object.assign(request, { [SKIP]: true })
}

export function originOf(context: unknown): Origin {
  const { peer, path, httpVersion, incoming } = isContext(context) ? context : {}
  if (incoming) skipRecording(incoming)
  const url = path ?? incoming?.url
  return {
    peer: peer ?? incoming?.socket?.remoteAddress ?? null,
    path: url?.startsWith('/') ? pathOf(url) : null,
    oddity: oddityOf(incoming, httpVersion),
    isCut: isCut(incoming),
  }
}

function isContext(context: unknown): context is FetchContext {
  return typeof context === 'object' && context !== null
}

function pathOf(url: string): string {
  return url.split(/[?#]/, 1)[0] as string
}

/** The fields of Node's request that matter here. */
interface OddRequest {
  readonly url?: string | undefined
  readonly httpVersion?: string | undefined
  readonly rawHeaders?: readonly string[] | undefined
  readonly socket?:
    | { readonly server?: { readonly maxHeadersCount?: number | null | undefined } | undefined }
    | undefined
}

/** Number of headers that Node reads by default; it drops the others silently. */
const MAX_HEADERS = 1_000

/**
 * Something that no browser does when it connects to its own machine, as a message; null if there is nothing. Each can hide that a proxy
 * forwarded the request, or the name that was requested.
 */
function oddityOf(request: OddRequest | undefined, httpVersion = request?.httpVersion): string | null {
  // Some proxies use it (nginx before 1.29.7), and no browser.
  if (/^(0|1\.0)/.test(httpVersion ?? '1.1')) return `it is HTTP/${httpVersion}, as a proxy sends it`
  const { url = '/', rawHeaders = [] } = request ?? {}
  if (/^[a-z]+:/i.test(url)) return 'its target is a whole URL, as one asks a proxy'
  if (isCut(request)) return 'it has so many headers that one of a proxy may be missing'
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && /^(:authority|host)$/i.test(name))
  return hosts.length > 1 ? 'it has more than one Host' : null
}

/** Whether headers may be missing, such as those that a proxy added after its client's. */
function isCut({ rawHeaders = [], socket }: OddRequest = {}): boolean {
  return rawHeaders.length / 2 >= Math.min(socket?.server?.maxHeadersCount || MAX_HEADERS, MAX_HEADERS)
}
