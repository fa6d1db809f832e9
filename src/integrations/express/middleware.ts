import type { Application, RequestHandler } from 'express'
import type { RequestRecorder, RouteNamer } from '../../core/requests.js'
import { nameRoute, visitOf } from './visit.js'
import { watchLayers } from './watch-layers.js'

export { nameRoute }

/** The middleware that both Express and Nest on Express are followed by. */
export function followRequests(requests: RequestRecorder, name: RouteNamer = nameRoute): RequestHandler {
  let watched: Application | null = null
  return function quasar(request, response, next) {
    if (request.app !== watched) {
      watched = request.app
      watchLayers(watched)
    }
    const trace = requests.track(request, response, name)
    if (trace) visitOf(request, request.baseUrl).trace = trace
    next()
  }
}
