import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { afterEach, beforeEach } from 'vitest'
import { sqliteDriver } from '../../../src/archive/sqlite/driver.js'
import { FinishedJobs, type FinishedJobsOptions } from '../../../src/archiver/finished/finished-jobs.js'
import type { ListedQueue } from '../../../src/archiver/finished/listed-queue.js'
import type { Archive, ArchiveBatch, ArchivedJob, QueueSource, RawJob } from '../../../src/ports/index.js'
import { inlineArchive } from '../../support/inline-archive.js'

/** An archive for each test, and rounds over the queues of a source. */
export function finishedBench() {
  let dir: string
  let archive: Archive
  const batches: ArchiveBatch<RawJob>[] = []
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'quasar-finished-'))
    const inner = inlineArchive(sqliteDriver({ dir }))
    archive = {
      ...inner,
      async write(batch) {
        batches.push(batch)
        return inner.write(batch)
      },
    }
    batches.length = 0
    await archive.open()
  })
  afterEach(async () => {
    await archive.close()
    await rm(dir, { recursive: true, force: true })
  })
  return {
    get archive() {
      return archive
    },
    /** What was written, in order. */
    batches,
    finished(queues: readonly ListedQueue[], options: Partial<FinishedJobsOptions> = {}): FinishedJobs {
      const given = { archive, queues: async () => queues, now: Date.now, mayGoOn: async () => true }
      return new FinishedJobs({ ...given, logger: undefined, ...options })
    },
    /** All archived attempts, oldest first. */
    async jobs(queue = '*'): Promise<ArchivedJob[]> {
      const jobs: ArchivedJob[] = []
      const conditions = [{ by: 'field', field: 'queue', pattern: queue, isNot: false }] as const
      for (let after: string | null = null; ; ) {
        const query = { from: 0, to: 8e15, conditions, limit: 1_000, after, withPayloads: true }
        const page = await archive.jobs(query)
        jobs.push(...page.items)
        after = page.next
        if (after === null) return jobs.reverse()
      }
    },
    gaps: () => archive.gaps({ from: 0, to: 8e15 }),
  }
}

export function listedQueue(source: QueueSource, name: string, services: readonly string[] = []): ListedQueue {
  return { key: `key-${name}`, name, services, source, address: name }
}

export interface RawFinished {
  readonly id: string
  readonly finishedOn: number | null
  readonly processedOn?: number
  readonly state?: 'completed' | 'failed'
}

/** Writes finished jobs as BullMQ leaves them, with ends of the test's own. */
export async function addFinished(client: Redis, queue: string, jobs: readonly RawFinished[]): Promise<void> {
  const pipeline = client.pipeline()
  for (const { id, finishedOn, processedOn = (finishedOn ?? 5) - 5, state = 'completed' } of jobs) {
    const fields = {
      name: 'send',
      data: `{"id":"${id}"}`,
      opts: '{}',
      timestamp: processedOn - 10,
      processedOn,
      atm: 1,
    }
    pipeline.hset(`bull:${queue}:${id}`, finishedOn === null ? fields : { ...fields, finishedOn })
    pipeline.zadd(`bull:${queue}:${state}`, finishedOn ?? 1, id)
  }
  await pipeline.exec()
}

export async function removeFinished(client: Redis, queue: string, ids: readonly string[]): Promise<void> {
  await client.zrem(`bull:${queue}:completed`, ...ids)
  await client.del(...ids.map((id) => `bull:${queue}:${id}`))
}

/** Numbers as ids of equal length. */
export function idsFrom(start: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${1_000_000 + start + index}`)
}
