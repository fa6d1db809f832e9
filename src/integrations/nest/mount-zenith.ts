import { checkOptions, type OptionChecks } from '../../lib/options.js'
import {
  createZenith,
  type NodeHandler,
  toNodeHandler,
  type Zenith,
  type ZenithOptions,
} from '../../runtime/create-zenith.js'
import { PATH_CHECK, ZENITH_CHECKS } from '../../runtime/zenith-options.js'
import { answerAll, type FastifyScope } from '../fastify/answer-all.js'

export interface ZenithModuleOptions extends Omit<ZenithOptions, 'basePath'> {
  /** The path that it is mounted under; a global prefix does not touch it. @default '/quasar' */
  path?: string
}

/** As much of Nest's adapters as this takes. */
export interface Adapter {
  getType(): string
  getInstance(): FastifyScope
  use(path: string, handler: NodeHandler): unknown
}

const { basePath: _, ...SHARED } = ZENITH_CHECKS
const CHECKS = { ...SHARED, path: PATH_CHECK } satisfies OptionChecks<keyof ZenithModuleOptions>

/** The paths that an app has mounted already: importing the module twice mounts it once. */
const mounted = new WeakMap<object, Set<string>>()

/**
 * @param adapter null in a process without a server (a worker, a command)
 * @returns null when there is nothing to be mounted
 * @throws QuasarError `invalid_option`
 */
export function mountZenith(options: ZenithModuleOptions, adapter: Adapter | null): Zenith | null {
  const { path = '/quasar', ...rest } = checkOptions('ZenithModule', options, CHECKS)
  if (!adapter || !isFirst(adapter, path)) return null
  const isFastify = adapter.getType() === 'fastify'
  // Express cuts the path off what it hands on; Fastify does not.
  const zenith = createZenith(isFastify ? { ...rest, basePath: path } : rest)
  const answer = toNodeHandler(zenith)
  if (isFastify) mountOnFastify(adapter.getInstance(), path, answer)
  else adapter.use(path, answer)
  return zenith
}

function isFirst(adapter: object, path: string): boolean {
  const paths = mounted.get(adapter) ?? new Set()
  mounted.set(adapter, paths)
  return !paths.has(path) && paths.add(path) !== undefined
}

function mountOnFastify(fastify: FastifyScope, prefix: string, answer: NodeHandler): void {
  fastify.register(async (scope) => answerAll(scope, answer), { prefix })
}
