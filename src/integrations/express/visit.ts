import type { IncomingMessage } from 'node:http'
import type { RequestTrace, RouteNamer } from '../../core/requests.js'
import { type Layer, mountPattern, pathText } from './patterns.js'

/** Shared by the ESM and the CJS copy of the package. */
const VISIT = Symbol.for('@gravito/quasar/visit')

/** What Express adds to Node's request, and what is kept on it here. */
export interface RoutedRequest extends IncomingMessage {
  [VISIT]?: Visit
  baseUrl: string
  params: Record<string, unknown>
  next?: unknown
}

/** A mount on the way to where a request is: what it took of the URL, and by which pattern. */
interface Mount {
  readonly base: string
  readonly pattern: string
}

/**
 * A request's way through the routers. `baseUrl` holds real values (`/t/acme`), so the patterns of the mounts are
 * collected as they are entered. The way stays what it was when an error or a fall-through leads out of the routers.
 */
export class Visit {
  trace: RequestTrace | null = null
  readonly #mounts: Mount[] = []
  /** What answered if nothing comes after it: a route under its mounts, or a middleware and so no path of its own. */
  #prefix = ''
  #path: unknown = null
  #hasFailed = false

  /** @param base where the visit begins, when the mounts before it were not seen */
  constructor(base: string) {
    if (base) this.#mounts.push({ base, pattern: '' })
  }

  /** Notes the layer that runs next. */
  enter(layer: Layer, request: RoutedRequest): void {
    // The handlers of a route are layers of their own.
    if (!layer.route && 'method' in layer) return
    const base = request.baseUrl
    if (layer.route || layer.slash || layer.regexp?.fast_slash) this.#leaveTo(base)
    else this.#mount(layer, base, request.params)
    this.#prefix = this.#mounts.at(-1)?.pattern ?? ''
    this.#path = layer.route ? layer.route.path : null
  }

  fail(error: unknown): void {
    this.#hasFailed = true
    this.trace?.fail(error)
  }

  /** The pattern of what answered; null when no route did, or a middleware that is mounted nowhere in particular. */
  name(request: RoutedRequest): string | null {
    // Every router puts back the `next` it found: without one, all of them passed the request on.
    if (!this.#hasFailed && request.next === undefined) return null
    if (this.#path === null) return this.#prefix || null
    const path = pathText(this.#path)
    return path === '/' && this.#prefix ? this.#prefix : this.#prefix + path
  }

  /** Forgets the mounts of routers that were left. */
  #leaveTo(base: string): void {
    while ((this.#mounts.at(-1)?.base.length ?? 0) > base.length) this.#mounts.pop()
  }

  #mount(layer: Layer, base: string, params: Record<string, unknown>): void {
    // A sibling on the same base was left, too.
    while ((this.#mounts.at(-1)?.base.length ?? -1) >= base.length) this.#mounts.pop()
    const parent = this.#mounts.at(-1)
    const taken = base.slice(parent?.base.length ?? 0)
    this.#mounts.push({ base, pattern: (parent?.pattern ?? '') + mountPattern(layer, taken, params) })
  }
}

/** The request's visit, begun at a base when there is none. */
export function visitOf(request: IncomingMessage, base = ''): Visit {
  const routed = request as RoutedRequest
  routed[VISIT] ??= new Visit(base)
  return routed[VISIT]
}

export function findVisit(request: IncomingMessage): Visit | undefined {
  return (request as RoutedRequest)[VISIT]
}

/** Names requests by what the visit saw. */
export const nameRoute: RouteNamer = (request) => findVisit(request)?.name(request as RoutedRequest) ?? null
