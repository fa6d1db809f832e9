import { Queue, Worker } from 'bullmq'
import { onTestFinished, vi } from 'vitest'
import type { TestRedis } from '../../support/redis.js'

/** A queue of BullMQ that is closed with the test. */
export function openQueue(redis: TestRedis, name: string): Queue {
  const queue = new Queue(name, { connection: { host: '127.0.0.1', port: redis.port } })
  // What a server that is stopped under it reports is not the test's concern.
  queue.on('error', () => {})
  onTestFinished(() => queue.close())
  return queue
}

export interface FailingJob {
  readonly name?: string
  readonly id: string
  readonly message: string
  readonly priority?: number
}

/** Adds jobs and has them fail for good, with the message that each brings. */
export async function failJobs(redis: TestRedis, queue: Queue, jobs: readonly FailingJob[]): Promise<void> {
  const before = await queue.getFailedCount()
  for (let from = 0; from < jobs.length; from += 1_000) {
    await queue.addBulk(
      jobs.slice(from, from + 1_000).map(({ name = 'send', id, message, priority }) => ({
        name,
        data: { message },
        opts: { jobId: id, ...(priority !== undefined && { priority }) },
      })),
    )
  }
  const connection = { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null }
  const worker = new Worker(queue.name, async ({ data }) => Promise.reject(new Error(data.message)), {
    connection,
    concurrency: 200,
  })
  worker.on('error', () => {})
  await vi.waitFor(
    async () => {
      if ((await queue.getFailedCount()) < before + jobs.length) throw new Error('Not all have failed yet')
    },
    { timeout: 60_000, interval: 50 },
  )
  await worker.close()
}

/** A row of jobs, `a-0` to `a-9`. */
export function rowOf(count: number, id: string, message = 'no connection'): FailingJob[] {
  return Array.from({ length: count }, (_, index) => ({ id: `${id}-${index}`, message }))
}
