import type { ConnectionOptions, Job, Queue, Worker } from 'bullmq'
import type { QueueSource } from '../../src/ports/index.js'
import type { QueueSystem, SampleJob } from '../conformance/queue-source.js'
import type { BullMQ } from './job-hosts.js'

const TOKEN = 'a token of the test'

/** A database of BullMQ, as the suite wants it. */
export interface BullBackend {
  readonly bullmq: BullMQ
  readonly connection: ConnectionOptions
  readonly prefix: string
  /** Queues and workers of another database than Redis. */
  readonly queueOf?: (name: string) => Queue
  readonly workerOf?: (name: string) => Worker
  readonly spoil?: (queue: string) => Promise<void>
  readonly contents?: () => Promise<unknown>
  readonly down?: () => Promise<void>
  readonly back?: () => Promise<void>
}

/** Queues and workers of a test, closed together. */
export class BullBench {
  readonly #backend: BullBackend
  readonly #queues = new Map<string, Queue>()
  readonly #workers = new Map<string, Worker>()

  constructor(backend: BullBackend) {
    this.#backend = backend
  }

  queue(name: string): Queue {
    const { bullmq, connection, prefix, queueOf } = this.#backend
    return kept(this.#queues, name, () => queueOf?.(name) ?? new bullmq.Queue(name, { connection, prefix }))
  }

  /** One that takes a job when it is told to. */
  worker(name: string): Worker {
    const { bullmq, connection, prefix, workerOf } = this.#backend
    const options = { connection, prefix, autorun: false }
    return kept(this.#workers, name, () => workerOf?.(name) ?? new bullmq.Worker(name, async () => {}, options))
  }

  /** The next job, taken. */
  async take(name: string): Promise<Job> {
    const job = await this.worker(name).getNextJob(TOKEN, { block: false })
    if (!job) throw new Error(`There is no job to take in ${name}`)
    return job
  }

  async complete(name: string, result: unknown = null): Promise<Job> {
    const job = await this.take(name)
    await job.moveToCompleted(result, TOKEN, false)
    return job
  }

  async fail(name: string, message: string): Promise<Job> {
    const job = await this.take(name)
    await job.moveToFailed(new Error(message), TOKEN, false)
    return job
  }

  async end(): Promise<void> {
    const all = [...this.#workers.values(), ...this.#queues.values()]
    await Promise.allSettled(all.map((one) => ('run' in one ? one.close(true) : one.close())))
  }
}

function kept<T extends Queue | Worker>(all: Map<string, T>, name: string, make: () => T): T {
  const one = all.get(name) ?? make()
  // What a server that is stopped under a queue reports is not the test's concern.
  if (!all.has(name)) (one as Queue).on('error', () => {})
  all.set(name, one)
  return one
}

export function bullSystem(backend: BullBackend, source: QueueSource, queues: readonly [string, string]): QueueSystem {
  const bench = new BullBench(backend)
  const { spoil, contents, down, back } = backend
  const addAll = async (queue: string, jobs: readonly SampleJob[], options: object): Promise<string[]> => {
    const ids: string[] = []
    for (const { id, name, data } of jobs) {
      // BullMQ takes no colon in an id.
      const job = await bench.queue(queue).add(name, data, { jobId: id.replaceAll(':', '-'), ...options })
      ids.push(job.id ?? '')
    }
    return ids
  }
  return {
    source,
    queues,
    wait: (queue, jobs) => addAll(queue, jobs, {}),
    delay: (queue, jobs, runAt) => addAll(queue, jobs, { delay: runAt - Date.now() }),
    async fail(queue, jobs, message) {
      const ids: string[] = []
      for (const job of jobs) {
        // The last in is the first out: what waits already goes on waiting.
        ids.push(...(await addAll(queue, [job], { lifo: true })))
        await bench.fail(queue, message)
      }
      return ids
    },
    async activate(queue, job) {
      const [id = ''] = await addAll(queue, [job], { lifo: true })
      await bench.take(queue)
      return id
    },
    age: async (queue, ms) => void (await bench.queue(queue).add('old', {}, { timestamp: Date.now() - ms })),
    overdue: async (queue, ms) =>
      void (await bench.queue(queue).add('due', {}, { timestamp: Date.now() - ms - 1_000, delay: 1_000 })),
    pause: (queue) => bench.queue(queue).pause(),
    drain: (queue) => bench.queue(queue).drain(true),
    ...(spoil && { spoil }),
    ...(contents && { contents }),
    ...(down && { down }),
    ...(back && { back }),
    end: () => bench.end(),
  }
}
