import { type Handle, type HandleError, isSilent, type Layer, type LayerPrototype, type Router } from './internals.js'
import { listenerOf, scope } from './scope.js'

const isHooked = Symbol.for('@gravito/quasar/layers')

/**
 * Makes the layers of a router tell when they run, once per copy of Express. Routers read the method that runs a layer right
 * before they call it: a getter learns which layer it is and gives back Express' own method, so that handlers get their own
 * `next`, and their errors' stacks no frame of Quasar. Only where nothing is known of the request, at the first layer after
 * an asynchronous step, and for handlers of errors, it gives back a function of Quasar.
 *
 * router ≥ 2.3 would tell of layers on a diagnostics channel, but a subscriber costs 8 µs a request in an app of ten layers,
 * and neither Express 4 nor the routers of most installed Express 5 have one.
 */
export function hookLayers({ stack }: Router): void {
  const prototype: LayerPrototype | null = stack[0] ? Object.getPrototypeOf(stack[0]) : null
  if (!prototype || Object.hasOwn(prototype, isHooked)) return
  Object.defineProperty(prototype, isHooked, { value: true })
  hookMethod<Handle>(prototype, 'handle_request', tellingHandle, tellEntry)
  hookMethod<Handle>(prototype, 'handleRequest', tellingHandle, tellEntry)
  hookMethod<HandleError>(prototype, 'handle_error', tellingError, takesNoErrors)
  hookMethod<HandleError>(prototype, 'handleError', tellingError, takesNoErrors)
}

/**
 * @param telling makes the form that tells what it is called with
 * @param isTold whether nothing more than the layer has to be known
 */
function hookMethod<Method>(
  prototype: object,
  name: keyof LayerPrototype,
  telling: (original: Method) => Method,
  isTold: (layer: Layer) => boolean,
): void {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name)
  if (!descriptor?.configurable || typeof descriptor.value !== 'function') return
  let original: Method = descriptor.value
  let told = telling(original)
  Object.defineProperty(prototype, name, {
    configurable: true,
    enumerable: descriptor.enumerable ?? true,
    get(this: Layer) {
      return this === prototype || isTold(this) ? original : told
    },
    // Others wrap the method, too.
    set(this: Layer, value: Method) {
      if (this !== prototype) {
        Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true })
        return
      }
      original = value
      told = telling(value)
    },
  })
}

function tellEntry(layer: Layer): boolean {
  const { tracker } = scope
  if (tracker === undefined) return isSilent(layer)
  return tracker === null || tracker.enter(layer)
}

function takesNoErrors({ handle }: Layer): boolean {
  return scope.tracker === null || (handle as { length?: number }).length !== 4
}

function tellingHandle(original: Handle): Handle {
  return function handle(request, response, next) {
    const { tracker: caller } = scope
    const tracker = listenerOf(request, response)
    scope.tracker = tracker
    try {
      tracker?.enter(this)
      return original.call(this, request, response, next)
    } finally {
      scope.tracker = caller
    }
  }
}

function tellingError(original: HandleError): HandleError {
  return function handleError(error, request, response, next) {
    const { tracker: caller } = scope
    const tracker = listenerOf(request, response)
    scope.tracker = tracker
    try {
      tracker?.failIn(this, error)
      return original.call(this, error, request, response, next)
    } finally {
      scope.tracker = caller
    }
  }
}
