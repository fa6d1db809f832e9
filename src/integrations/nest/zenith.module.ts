import { ConfigurableModuleBuilder, Inject, Module, type OnModuleDestroy } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import { checkOptions, type OptionChecks } from '../../core/option-checks.js'
import { createZenith, type NodeHandler, toNodeHandler, type ZenithOptions } from '../../create-zenith.js'
import { PATH_CHECK, ZENITH_CHECKS } from '../../zenith-checks.js'
import { answerAll, type FastifyScope } from '../fastify/answer-all.js'

export interface ZenithModuleOptions extends Omit<ZenithOptions, 'basePath'> {
  /** The path that it is mounted under; a global prefix does not touch it. @default '/quasar' */
  path?: string
}

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<ZenithModuleOptions>()
  .setClassMethodName('forRoot')
  .build()

const { basePath: _, ...SHARED } = ZENITH_CHECKS
const CHECKS = { ...SHARED, path: PATH_CHECK } satisfies OptionChecks<keyof ZenithModuleOptions>

/** The paths that an app has mounted already: importing the module twice mounts it once. */
const mounted = new WeakMap<object, Set<string>>()

/**
 * Mounts Zenith in Nest 10 to 12, on Express and on Fastify.
 *
 * @throws QuasarError `invalid_option`
 * @example imports: [QuasarModule.forRoot(), ZenithModule.forRoot({ path: '/quasar' })]
 */
@Module({})
export class ZenithModule extends ConfigurableModuleClass implements OnModuleDestroy {
  #close: () => Promise<void> = async () => {}

  constructor(
    @Inject(MODULE_OPTIONS_TOKEN) options: ZenithModuleOptions,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
  ) {
    super()
    const { path = '/quasar', ...rest } = checkOptions('ZenithModule', options, CHECKS)
    // A process without a server (a worker, a command) has no adapter.
    const adapter = host.httpAdapter
    if (!adapter || !isFirst(adapter, path)) return
    const isFastify = adapter.getType() === 'fastify'
    // Express cuts the path off what it hands on; Fastify does not.
    const zenith = createZenith(isFastify ? { ...rest, basePath: path } : rest)
    this.#close = zenith.close
    const answer = toNodeHandler(zenith)
    if (isFastify) mountOnFastify(adapter.getInstance(), path, answer)
    else adapter.use(path, answer)
  }

  /** Before the server closes: it waits for streams, and they never end by themselves. */
  onModuleDestroy(): Promise<void> {
    return this.#close()
  }
}

function isFirst(adapter: object, path: string): boolean {
  const paths = mounted.get(adapter) ?? new Set()
  mounted.set(adapter, paths)
  return !paths.has(path) && paths.add(path) !== undefined
}

function mountOnFastify(fastify: FastifyScope, prefix: string, answer: NodeHandler): void {
  fastify.register(async (scope) => answerAll(scope, answer), { prefix })
}
