import type { Server } from 'node:http'
import type { AbstractHttpAdapter } from '@nestjs/core'
import type { RequestRecorder } from '../../core/http/request-recorder.js'
import type { RouteNamer } from '../../core/http/request-trace.js'
import { followRequests as followExpress, nameAnswer } from '../express/middleware.js'
import { followRequests as followFastify } from '../fastify/hooks.js'

/** By global symbol, so that two copies of the package follow a request once. */
const isFollowed = Symbol.for('@gravito/quasar/nest-adapter')

/**
 * Follows an adapter's requests where its framework does, before body parsers and guards. The adapter's own hooks
 * (`setOnRequestHook`) hold one function each, which may be the app's.
 */
export function followAdapter(adapter: AbstractHttpAdapter, requests: RequestRecorder): void {
  if (Object.hasOwn(adapter, isFollowed)) {
    if (followerOf(adapter) !== requests) requests.noteSetup('registered-twice')
    return
  }
  Object.defineProperty(adapter, isFollowed, { value: requests })
  if (adapter.getType() === 'express') {
    const { middleware, hook } = followExpress(requests, nameNestRoute)
    adapter.use(middleware)
    hook(adapter.getInstance())
  }
  if (adapter.getType() === 'fastify') {
    // Nest's middleware runs in a hook that is older than ours: what it answers would not be seen there.
    const server: Server = adapter.getHttpServer()
    if (followFastify(adapter.getInstance(), requests)) requests.followServer(server, () => true)
    else server.prependListener('request', (request, response) => requests.track(request, response))
  }
}

/** Who follows it already: nobody else gets its requests. */
function followerOf(adapter: object): unknown {
  return (adapter as { [isFollowed]?: unknown })[isFollowed]
}

/**
 * Nest's middleware are routes of Express that pass requests on, and its own answer to unknown paths comes from a middleware
 * after them: only the route that answers is one of the app. Nest 12 answers unknown paths under a global prefix by a route
 * of its own; an app's wildcard comes after a slash.
 */
const nameNestRoute: RouteNamer = (request, trace) => {
  const name = nameAnswer(request, trace)
  return name && /[^/]\*path$/.test(name) ? null : name
}
