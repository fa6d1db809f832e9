import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestRecorder, RequestTrace, RouteNamer } from '../../core/requests.js'
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
 *
 * Express gives each request a shape of its own, which makes reading from it slow: of the layers that every request passes,
 * nothing is kept but the last.
 */
export class Visit {
  trace: RequestTrace | null = null
  readonly #mounts: Mount[] = []
  /** What answered if nothing comes after it. */
  #last: Layer | null = null
  /** Where it was when it failed first: errors lead out of the routers. */
  #failedAt: string | null = null

  /** @param base what mounts took before the visit began; that of the first request of all, in a nested router */
  constructor(
    readonly request: IncomingMessage,
    base: string,
  ) {
    if (base) this.#mounts.push({ base, pattern: '/*' })
  }

  /** Notes the layer that runs next. */
  enter(layer: Layer, request: RoutedRequest): void {
    // The handlers of a route are layers of their own.
    if (!layer.route && 'method' in layer) return
    this.#last = layer
    if (layer.route) this.#leaveTo(request.baseUrl)
    else if (!isAtRoot(layer)) this.#mount(layer, request.baseUrl, request.params)
  }

  fail(error: unknown): void {
    this.#failedAt ??= (this.request as RoutedRequest).baseUrl
    this.trace?.fail(error)
  }

  /** The pattern of what answered; null when no route did, or a middleware that is mounted nowhere in particular. */
  name(request: RoutedRequest): string | null {
    // Every router puts back the `next` it found: without one, all of them passed the request on.
    if (!this.#last || (this.#failedAt === null && request.next === undefined)) return null
    if (isAtRoot(this.#last)) this.#leaveTo(this.#failedAt ?? request.baseUrl)
    const prefix = this.#mounts.at(-1)?.pattern ?? ''
    if (!this.#last.route) return prefix || null
    const path = pathText(this.#last.route.path)
    return path === '/' && prefix ? prefix : prefix + path
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

/** Whether a middleware takes whatever comes to its router. */
function isAtRoot(layer: Layer): boolean {
  return !layer.route && (layer.slash === true || layer.regexp?.fast_slash === true)
}

/** The visit that was entered last: the layers of a request mostly run one after the other. */
let last: Visit | null = null
/** Whether Quasar was ever registered in a nested router: requests are then watched before they get there. */
let isNested = false

/** The visit of a request that is followed, or will be; null when it is not watched. */
export function visitOf(request: RoutedRequest, response: ServerResponse, requests: RequestRecorder): Visit | null {
  if (last?.request === request) return last
  const visit = requests.find(response)?.context as Visit | null | undefined
  last = visit ?? (isNested ? watchedVisit(request) : null)
  return last
}

function watchedVisit(request: RoutedRequest): Visit {
  request[VISIT] ??= new Visit(request, '')
  return request[VISIT]
}

/** Begins the visit of a request, or goes on with the one that was watched. */
export function beginVisit(request: IncomingMessage, trace: RequestTrace): void {
  const routed = request as IncomingMessage & { baseUrl?: string; [VISIT]?: Visit }
  // Before Express has seen it there is none.
  const base = routed.baseUrl ?? ''
  if (base) isNested = true
  const visit = (isNested ? routed[VISIT] : null) ?? new Visit(request, base)
  visit.trace = trace
  trace.context = visit
  last = visit
}

/** Names requests by what the visit saw. */
export const nameRoute: RouteNamer = (request, { context }) =>
  (context as Visit | null)?.name(request as RoutedRequest) ?? null
