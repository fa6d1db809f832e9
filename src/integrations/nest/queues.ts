import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common'
import { DiscoveryService, LazyModuleLoader, ModulesContainer } from '@nestjs/core'
import { type BullQueue, monitorQueue } from '../bullmq/index.js'
import { isBullmqQueue, isNamedAsQueue } from './internals/modules.js'
import { QUASAR_OPTIONS, type QuasarModuleOptions, recorderOptions } from './options.js'
import { QuasarService } from './quasar.service.js'
import { followRunTime, heldBy } from './run-time.js'

type Provider = ReturnType<DiscoveryService['getProviders']>[number]

/**
 * Finds the queues that BullModule of @nestjs/bullmq 10 to 12 registered and reports them until they are closed, also those
 * that come with a lazy module or with what `ModuleRef.create()` makes.
 */
@Injectable()
export class QueueDiscovery implements OnApplicationBootstrap {
  readonly #met = new WeakSet<BullQueue>()

  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(LazyModuleLoader) private readonly loader: LazyModuleLoader,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(QuasarService) private readonly service: QuasarService,
    @Inject(QUASAR_OPTIONS) private readonly options: QuasarModuleOptions,
  ) {}

  /** @internal Nest closes the queues when the app shuts down. */
  onApplicationBootstrap(): void {
    if (this.options.monitorQueues === false || !this.service.status().enabled) return
    this.#discover()
    followRunTime(this.loader, this.modules, {
      loaded: () => this.#discover(),
      created: (instance) => heldBy(instance).filter(isBullmqQueue).forEach(this.#monitor),
    })
  }

  #discover(): void {
    const named = this.discovery.getProviders().filter(isNamedAsQueue)
    named.map(instanceOf).filter(isBullmqQueue).forEach(this.#monitor)
  }

  readonly #monitor = (queue: BullQueue): void => {
    if (this.#met.has(queue)) return
    this.#met.add(queue)
    try {
      monitorQueue(queue, recorderOptions(this.options))
    } catch {
      // It is on something that can't be read: the app did not ask for it, so it is left alone.
    }
  }
}

function instanceOf({ instance }: Provider): unknown {
  return instance
}
