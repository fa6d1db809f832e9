import type { Queue } from 'bullmq'
import { expect, onTestFinished, vi } from 'vitest'
import type { BulkOperation } from '../../../src/api/bulk.js'
import { sqliteDriver } from '../../../src/archive/sqlite/driver.js'
import { bullmqQueues } from '../../../src/queues/bullmq/index.js'
import type { ZenithOptions } from '../../../src/runtime/create-zenith.js'
import { archiveDir } from '../../support/archive-files.js'
import { inlineArchive } from '../../support/inline-archive.js'
import type { TestRedis } from '../../support/redis.js'
import { type ActingZenith, actingZenith, type Problem } from '../support/acting.js'
import { openQueue } from '../support/bullmq.js'
import { segment } from '../support/changes.js'

export interface GuardedZenith extends ActingZenith {
  /** An operation that has listed its jobs. */
  counted(action: string, ...queues: string[]): Promise<BulkOperation>
  reached(id: string, phase: string): Promise<BulkOperation>
}

/** A Zenith with queues of BullMQ and an archive, all in one Redis. */
export function guardedZenith(redis: TestRedis, options: ZenithOptions = {}): GuardedZenith {
  const source = bullmqQueues({ connection: redis.url })
  onTestFinished(() => source.close())
  const archive = inlineArchive(sqliteDriver({ dir: archiveDir() }))
  const zenith = actingZenith({
    ...(!options.store && { redis: redis.url }),
    ...{ queues: [source], archive, logger: false },
    ...options,
  })
  const reached = (id: string, phase: string) =>
    vi.waitFor(
      async () => {
        const { body } = await zenith.ask<BulkOperation>(`/api/bulk/${id}`)
        expect(body.phase).toBe(phase)
        return body
      },
      { timeout: 60_000, interval: 30 },
    )
  return {
    ...zenith,
    reached,
    async counted(action, ...queues) {
      const selection = { queues, state: 'waiting', ids: null, name: null, fingerprint: null, text: null }
      const { status, body } = await zenith.post<BulkOperation>('/api/bulk', { action, selection })
      expect({ status, body }).toMatchObject({ status: 201 })
      return reached(body.id, 'ready')
    },
  }
}

/** A queue with jobs that wait, `0`, `1` and so on. */
export async function filledQueue(redis: TestRedis, name: string, jobs: number): Promise<Queue> {
  const queue = openQueue(redis, name)
  await queue.addBulk(Array.from({ length: jobs }, (_, id) => ({ name: 'send', data: {}, opts: { jobId: `j${id}` } })))
  return queue
}

/** An answer in short: its status, and what a refusal calls it. */
export function short({ status, body }: { readonly status: number; readonly body: unknown }): string {
  const { error } = body as Partial<Problem>
  return error ? `${status} ${error.code}` : String(status)
}

export const actionsOf = (key: string) => `/api/queues/${segment(key)}/actions`
export const jobsOf = (key: string) => `/api/queues/${segment(key)}/jobs`

export const CLEAN = { action: 'clean', state: 'waiting', olderThanMs: 0, limit: 10 }
export const HOUR = 3_600_000
