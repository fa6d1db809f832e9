import type { FastifyInstance } from 'fastify'
import { fastifyPlugin } from 'fastify-plugin'
import { wrapMethod } from '../../lib/wrap-method.js'
import { followRequests, isFollowedInstance } from '../fastify/hooks.js'
import { guarded } from './guarded.js'
import { shareRecorder } from './recorder.js'

/** The last one to be registered: by then the app's own code may have registered Quasar. */
export function followFastify(fastify: FastifyInstance): void {
  let isAdded = false
  wrapMethod(fastify as { ready?: FastifyInstance['ready'] }, 'ready', (ready) => {
    const readyOnce = (...args: Parameters<typeof ready>) => {
      if (!isAdded) guarded(() => void fastify.register(follow))
      isAdded = true
      return ready(...args)
    }
    return readyOnce as typeof ready
  })
}

const follow = fastifyPlugin(
  (fastify, _options, done) => {
    guarded(() => {
      if (isFollowedInstance(fastify)) return
      const { recorder, release } = shareRecorder('fastify')
      followRequests(fastify, recorder.requests)
      fastify.addHook('onClose', release)
    })
    done()
  },
  { name: '@gravito/quasar/auto' },
)
