import type { RequestHandler } from 'express'
import type { RequestRecorder, RouteNamer } from '../../core/requests.js'
import { beginVisit, nameRoute, type RoutedRequest } from './visit.js'
import { watchLayers } from './watch-layers.js'

export { nameRoute }

/** The middleware that both Express and Nest on Express are followed by. */
export function followRequests(requests: RequestRecorder, name: RouteNamer = nameRoute): RequestHandler {
  return function quasar(request, response, next) {
    const trace = requests.track(request, response, name)
    if (trace && !trace.context) {
      watchLayers(request.app, requests)
      beginVisit(request as unknown as RoutedRequest, trace)
    }
    next()
  }
}
