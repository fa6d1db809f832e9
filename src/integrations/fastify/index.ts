import type { FastifyInstance } from 'fastify'
import { fastifyPlugin } from 'fastify-plugin'
import type { QuasarOptions } from '../../core/options/options.js'
import { leaseRecorder } from '../../runtime/start-quasar.js'
import { followRequests } from './hooks.js'

export { type ZenithPluginOptions, zenithPlugin } from './zenith.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `false` leaves the route out of Quasar's reports. */
    quasar?: boolean
  }
}

function register(fastify: FastifyInstance, options: QuasarOptions, done: (error?: Error) => void): void {
  try {
    const { recorder, release } = leaseRecorder(options, 'fastify')
    followRequests(fastify, recorder.requests)
    fastify.addHook('onClose', release)
    done()
  } catch (error) {
    done(error as Error)
  }
}

/**
 * Reports every request of the scope that it is registered in, wherever among the routes that is. Stops with the app.
 * For Fastify 4 and 5.
 *
 * @throws QuasarError `invalid_option` when the app gets ready
 * @example app.register(quasarPlugin)
 */
export const quasarPlugin = fastifyPlugin(register, { name: '@gravito/quasar', fastify: '4.x || 5.x' })

export default quasarPlugin
