import { hookLayerMethods, isForErrors } from './internals/layer-methods.js'
import { type Handle, type HandleError, isSilent, type Layer, type Router } from './internals/routers.js'
import { listenerOf, scope } from './scope.js'

/**
 * Makes the layers of a router tell when they run, once per copy of Express. Routers read the method that runs a layer right
 * before they call it: a getter learns which layer it is and gives back Express' own method, so that handlers get their own
 * `next`, and their errors' stacks no frame of Quasar. Only where nothing is known of the request, at the first layer after
 * an asynchronous step, and for handlers of errors, it gives back a function of Quasar.
 *
 * router ≥ 2.3 would tell of layers on a diagnostics channel, but a subscriber costs 8 µs a request in an app of ten layers,
 * and neither Express 4 nor the routers of most installed Express 5 have one.
 */
export function hookLayers(router: Router): void {
  hookLayerMethods(router, REQUESTS, ERRORS)
}

function tellEntry(layer: Layer): boolean {
  const { tracker } = scope
  if (tracker === undefined) return isSilent(layer)
  return tracker === null || tracker.enter(layer)
}

function takesNoErrors(layer: Layer): boolean {
  return scope.tracker === null || !isForErrors(layer)
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

const REQUESTS = { telling: tellingHandle, isTold: tellEntry }
const ERRORS = { telling: tellingError, isTold: takesNoErrors }
