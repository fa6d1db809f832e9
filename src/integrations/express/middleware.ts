import type { RequestHandler } from 'express'
import type { RequestRecorder, RouteNamer } from '../../core/requests.js'
import { type Begin, standInFront } from './front.js'
import { SetupLook } from './setup.js'
import { beginVisit, nameRoute } from './visit.js'
import { watchLayers } from './watch-layers.js'

export { nameRoute }

/** The middleware that both Express and Nest on Express are followed by. */
export function followRequests(requests: RequestRecorder, name: RouteNamer = nameRoute): RequestHandler {
  const look = new SetupLook(requests)
  const begin: Begin = (request, response) => {
    const trace = requests.track(request, response, name)
    look.atRequest(request)
    if (!trace) return
    if (!trace.context) beginVisit(request, trace)
    else requests.noteSetup('registered-twice')
  }
  const quasar: RequestHandler = (request, response, next) => {
    watchLayers(request.app, requests)
    look.atMiddleware(request, quasar)
    standInFront(request, quasar, begin)
    begin(request, response)
    next()
  }
  return quasar
}
