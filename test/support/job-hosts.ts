import type { Job, Processor, Worker, WorkerOptions } from 'bullmq'
import type { QuasarOptions } from '../../src/core/options/options.js'
import { monitorWorker } from '../../src/integrations/bullmq/index.js'
import { requireFrom } from './installed.js'

/** BullMQ as one of the hosts has it. All are used through the types of the newest. */
export type BullMQ = typeof import('bullmq')

export interface WorkerSetup {
  readonly queue: string
  readonly process: Processor
  readonly worker: Partial<WorkerOptions> & Pick<WorkerOptions, 'connection'>
  readonly quasar: QuasarOptions
}

/** A way to run a monitored worker. */
export interface JobHost {
  readonly bullmq: BullMQ
  start(setup: WorkerSetup): Promise<RunningWorker>
}

export interface RunningWorker {
  readonly worker: Worker
  /** Ends the worker or its app as users do. What was recorded is reported after it. */
  close(): Promise<void>
}

/**
 * A worker of the host's BullMQ, monitored by the one line.
 *
 * @param missing methods that the monitoring does not find, as in other versions
 */
export function plainHost(host: string, missing: readonly string[] = []): JobHost {
  const bullmq = requireFrom(host)('bullmq') as BullMQ
  return {
    bullmq,
    async start({ queue, process, worker: options, quasar }) {
      const worker = new bullmq.Worker(queue, process, options)
      monitorWorker(missing.length === 0 ? worker : without(worker, missing), quasar)
      await worker.waitUntilReady()
      return { worker, close: () => worker.close() }
    },
  }
}

function without(worker: Worker, missing: readonly string[]): Worker {
  return new Proxy(worker, {
    get: (target, key) => (missing.includes(String(key)) ? undefined : Reflect.get(target, key, target)),
  })
}

export type { Job, Processor, Worker }
