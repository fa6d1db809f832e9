/**
 * Express changes the prototypes of each request and response. V8 before 13 (Node 20 and 22) gives an object a hidden class of
 * its own when it gets a property after that, and everything that reads it takes several times as long from then on. Here the
 * server makes its objects with the prototypes that Express gives them, so that nothing is left to change: for an app's handlers
 * they are the same objects in every way.
 */
import type { Server } from 'node:http'
import { type Exchange, onRequestStart } from '../../../core/http/http-events.js'
import type { App } from './routers.js'

/** An app that is not the listener of a server by then is called by a function of its own. */
const LOOKS = 100

/** What Node gives requests to that Express does not see. */
const OTHER_EVENTS = ['upgrade', 'connect', 'checkContinue', 'checkExpectation'] as const

/** What Express gives a request before it changes its prototype: an accessor of the app would get it otherwise. */
const BEFORE = {
  4: ['next', 'baseUrl', 'originalUrl', '_parsedUrl', 'params', 'query', 'res'],
  5: ['res'],
}

/** Later versions have less to do without it. Bun has no V8. */
const IS_NEEDED = process.versions.bun === undefined && Number.parseInt(process.versions.v8, 10) < 13

type ServedApp = App & { readonly request: object; readonly response: object }
type Maker = new (...args: unknown[]) => object
type Makers = Record<symbol, Maker>

const waiting = new Set<WeakRef<App>>()
let left = 0
let unlisten: (() => void) | null = null

/** @param app that no other app has mounted */
export function shareShapes(app: App): void {
  if (!IS_NEEDED) return
  waiting.add(new WeakRef(app))
  left = LOOKS
  unlisten ??= onRequestStart(arrived)
}

/** Must not throw. */
function arrived({ server }: Exchange): void {
  left -= 1
  const listener = listenerOf(server)
  for (const ref of waiting) {
    const app = ref.deref()
    if (app !== undefined && app !== listener) continue
    waiting.delete(ref)
    if (app) makeFor(app as ServedApp, server)
  }
  if (left > 0 && waiting.size > 0) return
  waiting.clear()
  unlisten?.()
  unlisten = null
}

function makeFor(app: ServedApp, server: Server): void {
  try {
    const makers = server as unknown as Makers
    const request = keyOf(server, 'IncomingMessage')
    const response = keyOf(server, 'ServerResponse')
    if (!request || !response) return
    const { [request]: Request, [response]: Response } = makers
    if (!isExtended(app.request, Request) || !isExtended(app.response, Response)) return
    makers[request] = requestsOf(app, server, Request as Maker)
    makers[response] = responsesOf(app, Response as Maker)
  } catch {
    // A server or an app that is not as it was ever seen.
  }
}

/** Node keeps what it makes its objects with under symbols that it does not export (20 to 26). */
function keyOf(server: Server, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(server).find((symbol) => symbol.description === description)
}

/** Whether objects of the app extend those of Node by what Express adds, and nothing else. */
function isExtended(own: object, maker: Maker | undefined): boolean {
  return Object.getPrototypeOf(Object.getPrototypeOf(own)) === maker?.prototype
}

function requestsOf(app: ServedApp, server: Server, original: Maker): Maker {
  const prototype = app.request
  const before = 'lazyrouter' in app ? BEFORE[4] : BEFORE[5]
  return makerOf(original, prototype, () => {
    return app.request === prototype && before.every((key) => !(key in prototype)) && isAlone(app, server)
  })
}

function responsesOf(app: ServedApp, original: Maker): Maker {
  const prototype = app.response as { setHeader?: unknown }
  const { setHeader } = original.prototype as { setHeader: unknown }
  return makerOf(original, prototype, (request) => {
    // Express sets a header before it changes the prototype.
    const isOwn = prototype.setHeader !== setHeader
    return app.response === prototype && !isOwn && Object.getPrototypeOf(request) === app.request
  })
}

/** Makes the same objects with another prototype, and as they are otherwise where that would show. */
function makerOf(Original: Maker, prototype: object, mayMake: (first: unknown) => boolean): Maker {
  /** How many properties one of Node's has; -1 when one of the prototype's was in the way. */
  let keys = 0
  function Message(this: Record<string, unknown>, first: unknown, second: unknown): object | undefined {
    // Never: V8 makes room in an object for as many properties as its constructor assigns, and puts all others elsewhere.
    // biome-ignore format: one name a line would be a page
    if (keys < -1)
      this.a0 = this.a1 = this.b0 = this.b1 = this.c0 = this.c1 = this.d0 = this.d1 = this.e0 = this.e1 = this.f0 = this.f1 =
      this.g0 = this.g1 = this.h0 = this.h1 = this.i0 = this.i1 = this.j0 = this.j1 = this.k0 = this.k1 = this.l0 = this.l1 =
      this.m0 = this.m1 = this.n0 = this.n1 = this.o0 = this.o1 = this.p0 = this.p1 = this.q0 = this.q1 = this.r0 = this.r1 =
      this.s0 = this.s1 = this.t0 = this.t1 = this.u0 = this.u1 = this.v0 = this.v1 = this.w0 = this.w1 = this.x0 = this.x1 = 0
    if (keys >= 0 && mayMake(first)) {
      try {
        Original.call(this, first, second)
        keys ||= Object.keys(new Original(first, second)).length
        if (Object.keys(this).length === keys) return undefined
      } catch {
        // A property of the prototype that can't be given.
      }
      keys = -1
    }
    return new Original(first, second)
  }
  Message.prototype = prototype
  return Message as unknown as Maker
}

/** Whether nothing but the app gets the requests of a server. */
function isAlone(app: App, server: Server): boolean {
  for (const event of OTHER_EVENTS) if (server.listenerCount(event) > 0) return false
  return server.listenerCount('request') === 1 && listenerOf(server) === app
}

function listenerOf(server: Server): unknown {
  return server.listeners('request')[0]
}
