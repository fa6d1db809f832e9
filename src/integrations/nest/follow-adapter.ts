import type { AbstractHttpAdapter } from '@nestjs/core'
import type { RequestRecorder } from '../../core/requests.js'
import { followRequests as followExpress } from '../express/middleware.js'
import { followRequests as followFastify } from '../fastify/hooks.js'

/** By global symbol, so that two copies of the package follow a request once. */
const isFollowed = Symbol.for('@gravito/quasar/nest-adapter')

/**
 * Follows an adapter's requests where its framework does, before body parsers and guards. The adapter's own hooks
 * (`setOnRequestHook`) hold one function each, which may be the app's.
 */
export function followAdapter(adapter: AbstractHttpAdapter, requests: RequestRecorder): void {
  if (Object.hasOwn(adapter, isFollowed)) return
  Object.defineProperty(adapter, isFollowed, { value: true })
  if (adapter.getType() === 'express') adapter.use(followExpress(requests))
  if (adapter.getType() === 'fastify') followFastify(adapter.getInstance(), requests)
}
