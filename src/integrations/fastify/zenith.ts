import type { FastifyInstance } from 'fastify'
import type { ZenithOptions } from '../../runtime/create-zenith.js'
import { answerAll } from './answer-all.js'

export interface ZenithPluginOptions extends Omit<ZenithOptions, 'basePath' | 'prefix'> {
  /** The path that it is mounted under, as for every plugin of Fastify. @default '/quasar' */
  prefix?: string
  /** What all keys of the store begin with; `prefix` in the options of `createZenith`. @default 'gravito:quasar:' */
  keyPrefix?: string
}

const DEFAULT_PATH = '/quasar'

/**
 * Mounts Zenith in Fastify 4 and 5, in a scope of its own.
 *
 * @throws QuasarError `invalid_option`
 * @example app.register(zenithPlugin, { prefix: '/quasar' })
 */
export async function zenithPlugin(fastify: FastifyInstance, options: ZenithPluginOptions = {}): Promise<void> {
  if (options.prefix === undefined) await fastify.register(mount, { ...options, prefix: DEFAULT_PATH })
  else await mount(fastify, options)
}

async function mount(scope: FastifyInstance, options: ZenithPluginOptions): Promise<void> {
  // Loaded by those that show it alone: of an app that reports it would be half of what stays in memory.
  const { createZenith, toNodeHandler } = await import('../../runtime/create-zenith.js')
  const { prefix: _, keyPrefix, ...rest } = options
  const zenith = createZenith({
    ...rest,
    basePath: scope.prefix,
    ...(keyPrefix === undefined ? {} : { prefix: keyPrefix }),
  })
  answerAll(scope, toNodeHandler(zenith))
  // The server waits for open answers before it runs `onClose`, and a stream never ends by itself.
  scope.addHook('preClose', () => zenith.close())
}
