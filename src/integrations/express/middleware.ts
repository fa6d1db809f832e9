import type { RequestHandler } from 'express'
import type { RequestRecorder, RouteNamer } from '../../core/requests.js'
import { type Begin, standInFront } from './front.js'
import { beginVisit, nameRoute } from './visit.js'
import { watchLayers } from './watch-layers.js'

export { nameRoute }

/** The middleware that both Express and Nest on Express are followed by. */
export function followRequests(requests: RequestRecorder, name: RouteNamer = nameRoute): RequestHandler {
  const begin: Begin = (request, response) => {
    const trace = requests.track(request, response, name)
    if (trace && !trace.context) beginVisit(request, trace)
  }
  const quasar: RequestHandler = (request, response, next) => {
    watchLayers(request.app, requests)
    standInFront(request, quasar, begin)
    begin(request, response)
    next()
  }
  return quasar
}
