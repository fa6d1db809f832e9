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
  readonly incoming?: {
    readonly url?: string | undefined
    readonly httpVersion?: string | undefined
    readonly socket?: { readonly remoteAddress?: string | undefined } | undefined
  }
}

/** Where a request came from, and where it was sent to. */
export interface Origin {
  readonly peer: string | null
  /** Null when the server does not say. */
  readonly path: string | null
  /** Whether it speaks HTTP/1.0: no browser does any more, but a proxy that was told nothing else (nginx) does. */
  readonly isOldHttp: boolean
}

/** The trace of the request that came last on a connection, when a recorder of this process follows it. */
const TRACE = Symbol.for('@gravito/quasar/trace')
/** Marks a request that comes another way as Zenith's own. */
const SKIP = Symbol.for('@gravito/quasar/skip')

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
    isOldHttp: (httpVersion ?? incoming?.httpVersion) === '1.0',
  }
}

function isContext(context: unknown): context is FetchContext {
  return typeof context === 'object' && context !== null
}

function pathOf(url: string): string {
  return url.split(/[?#]/, 1)[0] as string
}
