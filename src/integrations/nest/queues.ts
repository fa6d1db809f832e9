import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common'
import { DiscoveryService } from '@nestjs/core'
import { type BullQueue, monitorQueue } from '../bullmq/index.js'
import { QUASAR_OPTIONS, type QuasarModuleOptions, recorderOptions } from './options.js'

/** What the tokens of registered queues begin with, in @nestjs/bullmq and in @nestjs/bull. */
const QUEUE_TOKEN = 'BullQueue_'

type Provider = ReturnType<DiscoveryService['getProviders']>[number]

/** Finds the queues that BullModule of @nestjs/bullmq 10 to 12 registered and reports them until they are closed. */
@Injectable()
export class QueueDiscovery implements OnApplicationBootstrap {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(QUASAR_OPTIONS) private readonly options: QuasarModuleOptions,
  ) {}

  /** @internal Nest closes the queues when the app shuts down. */
  onApplicationBootstrap(): void {
    const options = recorderOptions(this.options)
    if (this.options.monitorQueues === false || options.enabled === false) return
    const queues = new Set(this.discovery.getProviders().filter(isNamedAsQueue).map(instanceOf).filter(isBullmqQueue))
    for (const queue of queues) {
      try {
        monitorQueue(queue, options)
      } catch {
        // It is on something that can't be read: the app did not ask for it, so it is left alone.
      }
    }
  }
}

function isNamedAsQueue({ name }: Provider): boolean {
  return typeof name === 'string' && name.startsWith(QUEUE_TOKEN)
}

function instanceOf({ instance }: Provider): unknown {
  return instance
}

/** Not one of Bull's, which has the same token. */
function isBullmqQueue(instance: unknown): instance is BullQueue {
  return typeof instance === 'object' && instance !== null && 'qualifiedName' in instance
}
