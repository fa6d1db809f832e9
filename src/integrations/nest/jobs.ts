import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common'
import { DiscoveryService } from '@nestjs/core'
import { monitorWorker, type WorkerLike } from '../bullmq/index.js'
import { QUASAR_OPTIONS, type QuasarModuleOptions, recorderOptions } from './options.js'

/** What `@Processor()` of @nestjs/bullmq leaves on a class. */
const PROCESSOR = 'bullmq:processor_metadata'

type Provider = ReturnType<DiscoveryService['getProviders']>[number]

/** Finds the classes with `@Processor()` of @nestjs/bullmq 10 to 12 and monitors their workers until those are closed. */
@Injectable()
export class JobDiscovery implements OnApplicationBootstrap {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(QUASAR_OPTIONS) private readonly options: QuasarModuleOptions,
  ) {}

  /** @internal @nestjs/bullmq makes its workers in `onModuleInit`. */
  onApplicationBootstrap(): void {
    for (const provider of this.discovery.getProviders().filter(isProcessor)) {
      const worker = workerOf(provider)
      if (worker) this.#monitor(worker)
    }
  }

  /** The options were checked when the module was made; what calls itself a worker and is none is left alone. */
  #monitor(worker: WorkerLike): void {
    try {
      monitorWorker(worker, recorderOptions(this.options))
    } catch {}
  }
}

function isProcessor(provider: Provider): boolean {
  // Of a factory the type is that function; asking every provider for its instance would be slow.
  const type = !provider.metatype || provider.inject ? provider.instance?.constructor : provider.metatype
  return typeof type === 'function' && Reflect.hasMetadata(PROCESSOR, type)
}

/** Null with `manualRegistration`, where there is none yet: then the getter throws. */
function workerOf({ instance }: Provider): WorkerLike | null {
  try {
    return instance.worker
  } catch {
    return null
  }
}
