import { SKIP, TRACE } from '../../lib/marks.js'
import { isCut, type OddRequest, oddityOf } from './oddity.js'

/**
 * What the server knows of a request and a `Request` does not hold. The second argument of `zenith.fetch`: `toNodeHandler`
 * passes it, and Hono's `app.mount` passes node-server's bindings, which have `incoming`.
 */
export interface FetchContext {
  /** The address of the socket's other end. Without it a request never counts as local. */
  readonly peer?: string | null | undefined
  /** The path before a router cut the mount's path off. */
  readonly path?: string | null | undefined
  /** `1.0`, `1.1`, `2.0`. */
  readonly httpVersion?: string | undefined
  /** Node's own request, as @hono/node-server hands it over. */
  readonly incoming?: OddRequest & {
    readonly socket?: { readonly remoteAddress?: string | undefined } | undefined
  }
}

/** Where a request came from, and where it was sent to. */
export interface Origin {
  readonly peer: string | null
  /** Null when the server does not say. */
  readonly path: string | null
  /** What no browser does, in words; null when there is nothing. */
  readonly oddity: string | null
  /** Headers may be missing. */
  readonly isCut: boolean
}

interface Incoming {
  readonly socket?: object | undefined
}

/** Leaves a request of Zenith's own out of what a recorder measures. */
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
