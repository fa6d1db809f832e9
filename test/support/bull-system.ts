import Bull, { type Job, type JobOptions, type Queue } from 'bull'
import type { QueueSource } from '../../src/ports/index.js'
import type { QueueSystem, SampleJob } from '../conformance/queue-source.js'

/** Queues of Bull as an app has them, closed together. */
export class BullBench {
  readonly #redis: Bull.QueueOptions['redis']
  readonly #prefix: string
  readonly #queues = new Map<string, Queue>()

  constructor(redis: Bull.QueueOptions['redis'], prefix = 'bull') {
    this.#redis = redis
    this.#prefix = prefix
  }

  queue(name: string): Queue {
    const queue = this.#queues.get(name) ?? new Bull(name, { redis: this.#redis, prefix: this.#prefix })
    this.#queues.set(name, queue)
    return queue
  }

  /** Adds a job that is taken next. */
  addFirst(name: string, job: string, data: unknown, options: JobOptions = {}): Promise<Job> {
    return this.queue(name).add(job, data, { lifo: true, ...options })
  }

  /** Adds a job as if at some time; Bull's types do not know that it can. */
  async addAsOf(name: string, timestamp: number, options: JobOptions): Promise<void> {
    const dated: JobOptions & { timestamp: number } = { ...options, timestamp }
    await this.queue(name).add('old', {}, dated)
  }

  /** The next job, taken. */
  async take(name: string): Promise<Job> {
    const job = await this.queue(name).getNextJob()
    if (!job) throw new Error(`There is no job to take in ${name}`)
    return job
  }

  async complete(name: string, result = 'done'): Promise<Job> {
    const job = await this.take(name)
    await job.moveToCompleted(result, false, true)
    return job
  }

  async fail(name: string, message: string): Promise<Job> {
    const job = await this.take(name)
    await job.moveToFailed(new Error(message))
    return job
  }

  async end(): Promise<void> {
    await Promise.allSettled([...this.#queues.values()].map((queue) => queue.close(true)))
  }
}

export interface BullBackend {
  readonly redis: Bull.QueueOptions['redis']
  readonly spoil: (queue: string) => Promise<void>
  readonly contents: () => Promise<unknown>
  readonly down: () => Promise<void>
  readonly back: () => Promise<void>
}

export function bullSystem(
  { redis, ...server }: BullBackend,
  source: QueueSource,
  queues: readonly [string, string],
): QueueSystem {
  const bench = new BullBench(redis)
  const addAll = async (queue: string, jobs: readonly SampleJob[], options: JobOptions): Promise<string[]> => {
    const ids: string[] = []
    for (const { id, name, data } of jobs)
      ids.push(String((await bench.queue(queue).add(name, data, { jobId: id, ...options })).id))
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
    age: (queue, ms) => bench.addAsOf(queue, Date.now() - ms, {}),
    overdue: (queue, ms) => bench.addAsOf(queue, Date.now() - ms - 1_000, { delay: 1_000 }),
    pause: (queue) => bench.queue(queue).pause(),
    drain: (queue) => bench.queue(queue).empty(),
    ...server,
    end: () => bench.end(),
  }
}
