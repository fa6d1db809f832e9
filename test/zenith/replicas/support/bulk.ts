import { type Queue, Worker } from 'bullmq'
import { expect, vi } from 'vitest'
import type { BulkOperation, BulkResult } from '../../../../src/api/bulk.js'
import type { Listing } from '../../../../src/api/part.js'
import type { QueueView } from '../../../../src/api/queues.js'
import type { Person } from './person.js'
import type { Replicas } from './replicas.js'

/** Runs of each job by a worker that fails them all, from now on. */
export interface FailingWorker {
  readonly runs: ReadonlyMap<string, number>
  /** Resolves when so many jobs have failed. */
  failed(count: number): Promise<void>
  close(): Promise<void>
}

export function failingWorker({ redis }: Replicas, queue: Queue): FailingWorker {
  const runs = new Map<string, number>()
  const connection = { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null }
  const work = async ({ id = '' }: { id?: string }) => {
    runs.set(id, (runs.get(id) ?? 0) + 1)
    throw new Error('no connection')
  }
  const worker = new Worker(queue.name, work, { connection, concurrency: 200 })
  worker.on('error', () => {})
  return {
    runs,
    failed: (count) =>
      vi.waitFor(async () => expect(await queue.getJobCountByTypes('failed')).toBe(count), { interval: 50 }),
    close: () => worker.close(),
  }
}

/** A queue in which so many jobs have failed, and its key. */
export async function failedQueue(replicas: Replicas, name: string, count: number) {
  const queue = replicas.queue(name)
  const jobs = Array.from({ length: count }, (_, index) => ({
    name: 'send',
    data: {},
    opts: { jobId: `job-${index}` },
  }))
  await queue.addBulk(jobs)
  const worker = failingWorker(replicas, queue)
  await worker.failed(count)
  await worker.close()
  return queue
}

export async function keyOf(person: Person, name: string): Promise<string> {
  return vi.waitFor(
    async () => {
      const { body } = await person.get<{ items: QueueView[] }>('queues')
      const found = body.items.find((queue) => queue.name === name)
      if (!found) throw new Error(`There is no queue ${name}`)
      return found.key
    },
    { interval: 100 },
  )
}

/** Waits until a Zenith says so: each time it is another one. */
export function reached(person: Person, id: string, ...phases: string[]): Promise<BulkOperation> {
  return vi.waitFor(
    async () => {
      const { status, body } = await person.get<BulkOperation>(`bulk/${id}`)
      expect(status).toBe(200)
      expect(phases).toContain(body.phase)
      return body
    },
    { interval: 25 },
  )
}

/** A dry run; by default of a retry of all failed jobs. */
export async function counted(
  person: Person,
  queue: string,
  { state = 'failed', action = 'retry' } = {},
): Promise<BulkOperation> {
  const nothing = { ids: null, name: null, fingerprint: null, text: null }
  const selection = { state, queues: [await keyOf(person, queue)], ...nothing }
  const { status, body } = await person.change<BulkOperation>('bulk', { action, selection })
  expect({ status, body }).toMatchObject({ status: 201 })
  return reached(person, body.id, 'ready')
}

export async function outcomesOf(person: Person, id: string): Promise<BulkResult[]> {
  const items: BulkResult[] = []
  for (;;) {
    const page = await person.get<Listing<BulkResult>>(`bulk/${id}/results?limit=1000&offset=${items.length}`)
    expect(page.status).toBe(200)
    items.push(...page.body.items)
    if (page.body.items.length === 0) return items
  }
}
