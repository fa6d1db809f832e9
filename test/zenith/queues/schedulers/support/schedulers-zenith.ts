import { onTestFinished } from 'vitest'
import type { SchedulerView } from '../../../../../src/api/schedulers.js'
import type { JobAddress } from '../../../../../src/protocol/index.js'
import type { ZenithOptions } from '../../../../../src/runtime/create-zenith.js'
import { type ActingZenith, actingZenith, type Problem } from '../../../support/acting.js'

/** What a change of a scheduler was answered with. */
export interface Answer {
  readonly status: number
  readonly job: JobAddress | null
  readonly message: string
}

export interface SchedulersZenith extends ActingZenith {
  list(): Promise<readonly SchedulerView[]>
  one(id: string): Promise<SchedulerView | undefined>
  do(action: string, id: string, definition?: unknown): Promise<Answer>
}

/** A Zenith that is asked about the schedulers of one queue. */
export async function schedulersOf(queue: string, options: ZenithOptions): Promise<SchedulersZenith> {
  const acting = actingZenith(options)
  const key = await acting.keyOf(queue)
  const path = `/api/schedulers?queue=${encodeURIComponent(key)}`
  const list = async () => (await acting.ask<{ items: readonly SchedulerView[] }>(path)).body.items
  return {
    ...acting,
    list,
    one: async (id) => (await list()).find((view) => view.id === id),
    async do(action, id, definition) {
      const body = { queue: key, action, id, ...(definition !== undefined && { definition }) }
      const answer = await acting.post<{ job?: JobAddress } & Partial<Problem>>('/api/schedulers', body)
      const { job = null, error } = answer.body
      return { status: answer.status, job, message: error?.message ?? '' }
    },
  }
}

/** Closed with the test. */
export function closing<T extends { close(): Promise<unknown> }>(one: T): T {
  onTestFinished(async () => void (await one.close()))
  return one
}
