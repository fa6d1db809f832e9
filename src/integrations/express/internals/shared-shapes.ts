/**
 * V8 before 13 (Node 20 and 22) gives an object a hidden class of its own when it gets a property after `setPrototypeOf`, and
 * everything that reads such objects takes several times as long from then on. Express gives each request and response some
 * properties so. Those that all of them have by the time the app's first handler runs are added a moment earlier here, before
 * Express changes the prototypes: a third of an app's own instructions. No handler can tell: the properties, their order and
 * their values are those that Express would have given.
 */
import { EventEmitter } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { type Exchange, onRequestStart } from '../../../core/http/http-events.js'
import { type App, isAtRoot, isSilent, type Layer, type Router } from './routers.js'

/** Bun has no V8, and needs nothing of this. */
const IS_NEEDED = process.versions.bun === undefined && Number.parseInt(process.versions.v8, 10) < 13

/** What Express 5 adds to a request before its router looks for a layer, in this order, and with the first one that it finds. */
const BEFORE_LAYERS = ['res', 'next', 'baseUrl', 'originalUrl', '_parsedUrl'] as const
const WITH_LAYER = 'params'
/** The symbol that router ≥ 2.3 keeps the matched route under. */
const MATCHED = 'router.tracing.matchedRoute'
const OF_RESPONSE = 'locals'

/** So many requests go by what one was seen to get: then the next one is looked at again. */
const LOOK_EVERY = 256

type Shaped = Record<PropertyKey, unknown>

/** What requests and responses of an app get before its first handler. */
interface Shape {
  readonly hasRequestKeys: boolean
  readonly hasParams: boolean
  readonly matched: symbol | null
  readonly hasLocals: boolean
  /** The layer that takes every request first, and its place; without one `route` may come before `params`. */
  readonly first: Layer | null
  readonly index: number
}

interface Plan {
  readonly app: App & { readonly request: object; readonly response: object }
  readonly root: Router
  shape: Shape | null
  /** How many requests may go by it. */
  left: number
  /** Requests of the app don't all get the same. */
  isOff: boolean
}

/** A request of which nothing was added, to see what Express adds. */
interface Sample {
  readonly plan: Plan
  readonly request: IncomingMessage
  readonly requestKeys: number
  readonly responseKeys: number
}

const plans = new WeakMap<object, Plan>()
let sample: Sample | null = null
let isListening = false

/** @param app that no other app has mounted */
export function shareShapes(app: App, root: Router): void {
  if (!IS_NEEDED || plans.has(app)) return
  plans.set(app, { app: app as Plan['app'], root, shape: null, left: 0, isOff: false })
  if (isListening) return
  isListening = true
  onRequestStart(arrived)
}

/** Learns from the first layer of a request; costs a comparison otherwise. */
export function noteLayer(layer: Layer, request: IncomingMessage, response: ServerResponse): void {
  if (sample === null || sample.request !== request || isSilent(layer)) return
  const { plan } = sample
  const shape = shapeAt(layer, sample, request, response)
  sample = null
  if (plan.shape && !isSame(plan.shape, shape)) plan.isOff = true
  plan.shape = shape
  plan.left = LOOK_EVERY
}

/** Must not throw. */
function arrived(exchange: Exchange): void {
  try {
    prepare(exchange)
  } catch {
    // Prototypes that can't be asked: they are the app's own.
  }
}

function prepare({ request, response, server }: Exchange): void {
  const plan = planOf(server)
  if (!plan || plan.isOff || !isUntouched(plan, request, response)) return
  const { shape } = plan
  if (!shape || plan.left === 0) {
    const requestKeys = Object.getOwnPropertyNames(request).length
    sample = { plan, request, requestKeys, responseKeys: Object.getOwnPropertyNames(response).length }
    return
  }
  plan.left -= 1
  if (shape.first && plan.root.stack[shape.index] !== shape.first) plan.isOff = true
  else addKeys(shape, request as unknown as Shaped, response as unknown as Shaped)
}

/** Only where nothing of the app runs between this and Express: no other listener, and nothing around `emit`. */
function planOf(server: Server): Plan | null {
  if (server.listenerCount('request') !== 1 || server.emit !== EventEmitter.prototype.emit) return null
  if (server.listenerCount('checkContinue') + server.listenerCount('checkExpectation') > 0) return null
  return plans.get(server.listeners('request')[0] as object) ?? null
}

/** Whether the properties can be given: an accessor of the app's prototypes would be hidden by them. */
function isUntouched({ app }: Plan, request: IncomingMessage, response: ServerResponse): boolean {
  const { request: requests, response: responses } = app
  for (const key of BEFORE_LAYERS) if (key in request || key in requests) return false
  if (WITH_LAYER in request || WITH_LAYER in requests) return false
  return !(OF_RESPONSE in response || OF_RESPONSE in responses)
}

function addKeys({ hasRequestKeys, hasParams, matched, hasLocals }: Shape, request: Shaped, response: Shaped): void {
  if (hasLocals) response.locals = undefined
  if (!hasRequestKeys) return
  request.res = undefined
  request.next = undefined
  request.baseUrl = undefined
  request.originalUrl = undefined
  request._parsedUrl = undefined
  if (!hasParams) return
  if (matched !== null) request[matched] = undefined
  request.params = undefined
}

function shapeAt(layer: Layer, { plan, ...before }: Sample, request: IncomingMessage, response: ServerResponse): Shape {
  const added = Object.getOwnPropertyNames(request).slice(before.requestKeys)
  const addedToResponse = Object.getOwnPropertyNames(response).slice(before.responseKeys)
  const index = plan.root.stack.indexOf(layer)
  const isFirst = isAtRoot(layer) && !layer.route && index >= 0 && plan.root.stack.slice(0, index).every(isSilent)
  const hasRequestKeys = BEFORE_LAYERS.every((key, place) => added[place] === key)
  const hasParams = hasRequestKeys && isFirst && added[BEFORE_LAYERS.length] === WITH_LAYER
  return {
    hasRequestKeys,
    hasParams,
    matched: Object.getOwnPropertySymbols(request).find(({ description }) => description === MATCHED) ?? null,
    hasLocals: addedToResponse[0] === OF_RESPONSE,
    first: hasParams ? layer : null,
    index: hasParams ? index : -1,
  }
}

function isSame(one: Shape, other: Shape): boolean {
  return (Object.keys(one) as (keyof Shape)[]).every((key) => one[key] === other[key])
}
