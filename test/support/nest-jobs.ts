import type { INestApplicationContext, ModuleMetadata, Type } from '@nestjs/common'
import { requireFrom } from './installed.js'
import type { BullMQ, Job, JobHost, WorkerSetup } from './job-hosts.js'
import { packInto } from './pack.js'

/** Nest, @nestjs/bullmq and Quasar as one of the hosts has them. */
export interface NestJobs {
  readonly bullmq: BullMQ
  readonly common: typeof import('@nestjs/common')
  readonly core: typeof import('@nestjs/core')
  readonly nestBullmq: typeof import('@nestjs/bullmq')
  readonly quasar: typeof import('../../src/integrations/nest/index.js')
}

export async function loadNestJobs(host: string): Promise<NestJobs> {
  await packInto(host)
  const load = requireFrom(host)
  return {
    bullmq: load('bullmq'),
    common: load('@nestjs/common'),
    core: load('@nestjs/core'),
    nestBullmq: load('@nestjs/bullmq'),
    quasar: load('@gravito/quasar/nest'),
  }
}

/** A class that does a queue's jobs, without a word about Quasar. */
export function processorClass(
  { nestBullmq }: NestJobs,
  { queue, process, worker }: Omit<WorkerSetup, 'quasar'>,
): Type {
  class Jobs extends nestBullmq.WorkerHost {
    override async process(job: Job, token?: string, signal?: AbortSignal): Promise<unknown> {
      return process(job, token, signal)
    }
  }
  const { connection: _, ...options } = worker
  nestBullmq.Processor(queue, options)(Jobs)
  return Jobs
}

/** Starts an app without a server. */
export function startApp({ common, core }: NestJobs, metadata: ModuleMetadata): Promise<INestApplicationContext> {
  class AppModule {}
  common.Module(metadata)(AppModule)
  return core.NestFactory.createApplicationContext(AppModule, { logger: false })
}

/** Queues as apps declare them: the connection in the root, each queue in a module of its own. */
export function queueModules({ nestBullmq }: NestJobs, { queue, worker }: Pick<WorkerSetup, 'queue' | 'worker'>) {
  const { connection } = worker
  return [nestBullmq.BullModule.forRoot({ connection }), nestBullmq.BullModule.registerQueue({ name: queue })]
}

/** A host whose worker is a class that Nest's discovery finds. */
export function nestHost(nest: NestJobs): JobHost {
  return {
    bullmq: nest.bullmq,
    async start(setup) {
      const Jobs = processorClass(nest, setup)
      const imports = [nest.quasar.QuasarModule.forRoot(setup.quasar), ...queueModules(nest, setup)]
      const app = await startApp(nest, { imports, providers: [Jobs] })
      const { worker } = app.get(Jobs)
      await worker.waitUntilReady()
      let closing: Promise<void> | null = null
      return {
        worker,
        close() {
          closing ??= app.close()
          return closing
        },
      }
    },
  }
}
