import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common'
import { DiscoveryService, LazyModuleLoader, ModulesContainer } from '@nestjs/core'
import { monitorWorker, type WorkerLike } from '../bullmq/index.js'
import { isProcessorClass } from './internals/metadata.js'
import { type BullExplorer, bullExplorersOf, isBullmqWorker, wrapHandleProcessor } from './internals/modules.js'
import { QUASAR_OPTIONS, type QuasarModuleOptions, recorderOptions } from './options.js'
import { QuasarService } from './quasar.service.js'
import { followRunTime, heldBy } from './run-time.js'

type Provider = ReturnType<DiscoveryService['getProviders']>[number]

/**
 * Finds the classes with `@Processor()` of @nestjs/bullmq 10 to 12 and monitors their workers until those are closed, also
 * those that are registered by hand, come with a lazy module or with what `ModuleRef.create()` makes.
 */
@Injectable()
export class JobDiscovery implements OnApplicationBootstrap {
  readonly #met = new WeakSet<object>()

  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(LazyModuleLoader) private readonly loader: LazyModuleLoader,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(QuasarService) private readonly service: QuasarService,
    @Inject(QUASAR_OPTIONS) private readonly options: QuasarModuleOptions,
  ) {}

  /** @internal @nestjs/bullmq makes its workers in `onModuleInit`. */
  onApplicationBootstrap(): void {
    if (!this.service.status().enabled) return
    this.#discover()
    followRunTime(this.loader, this.modules, {
      loaded: () => this.#discover(),
      created: (instance) => heldBy(instance).filter(isBullmqWorker).forEach(this.#monitor),
    })
  }

  #discover(): void {
    for (const explorer of bullExplorersOf(this.modules)) this.#follow(explorer)
    for (const provider of this.discovery.getProviders().filter(isProcessor)) {
      const worker = workerOf(provider)
      if (worker) this.#monitor(worker)
    }
  }

  /** It goes on making workers when `BullRegistrar.register()` is called. */
  #follow(explorer: BullExplorer): void {
    if (this.#met.has(explorer)) return
    this.#met.add(explorer)
    explorer.workers.forEach(this.#monitor)
    wrapHandleProcessor(explorer, (original) => (...args) => {
      const made = original(...args)
      explorer.workers.forEach(this.#monitor)
      return made
    })
  }

  /** The options were checked when the module was made; what calls itself a worker and is none is left alone. */
  readonly #monitor = (worker: WorkerLike): void => {
    if (this.#met.has(worker)) return
    this.#met.add(worker)
    try {
      monitorWorker(worker, recorderOptions(this.options))
    } catch {}
  }
}

function isProcessor(provider: Provider): boolean {
  // Of a factory the type is that function; asking every provider for its instance would be slow.
  const type = !provider.metatype || provider.inject ? provider.instance?.constructor : provider.metatype
  return typeof type === 'function' && isProcessorClass(type)
}

/** Null with `manualRegistration`, where there is none yet: then the getter throws. */
function workerOf({ instance }: Provider): WorkerLike | null {
  try {
    return instance.worker
  } catch {
    return null
  }
}
