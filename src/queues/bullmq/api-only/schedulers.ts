import type { SchedulerEntry } from '../../../protocol/index.js'
import { parseObject } from '../../bull-common/options.js'
import { type NextJob, standingOf } from '../../bull-common/schedulers.js'
import { stateOf } from './jobs.js'
import type { ApiQueue, ApiScheduler } from './types.js'

const MAX_SCHEDULERS = 10_000
const PER_READ = 1_000

export async function readSchedulers(queue: ApiQueue): Promise<SchedulerEntry[]> {
  const entries = new Map<string, SchedulerEntry>()
  for (let start = 0; start < MAX_SCHEDULERS; start += PER_READ) {
    const part = await queue.getJobSchedulers(start, start + PER_READ - 1, true)
    for (const entry of await Promise.all(part.map((scheduler) => entryOf(queue, scheduler))))
      entries.set(entry.id, entry)
    if (part.length < PER_READ) break
  }
  return [...entries.values()]
}

/** The number of schedulers beyond the limit. */
export async function countOmitted(queue: ApiQueue): Promise<number> {
  return Math.max(0, (await queue.getJobSchedulersCount()) - MAX_SCHEDULERS)
}

async function entryOf(queue: ApiQueue, scheduler: ApiScheduler): Promise<SchedulerEntry> {
  const { key, next = null, iterationCount, template } = scheduler
  const schedule = {
    cron: scheduler.pattern ?? null,
    every: scheduler.every ?? null,
    timezone: scheduler.tz ?? null,
    limit: scheduler.limit ?? null,
    until: scheduler.endDate ?? null,
    next,
  }
  return {
    id: key,
    name: scheduler.name,
    from: scheduler.startDate ?? null,
    ...schedule,
    ...standingOf(
      { ...schedule, made: iterationCount ?? null },
      await nextJobOf(queue, `repeat:${key}:${next}`),
      Date.now(),
    ),
    data: JSON.stringify(template?.data ?? {}),
    options: template?.opts ?? {},
  }
}

async function nextJobOf(queue: ApiQueue, id: string): Promise<NextJob> {
  const job = await queue.getJob(id)
  return {
    id,
    state: job ? await stateOf(queue, id) : null,
    exists: job !== undefined,
    name: job?.name ?? null,
    data: null,
    options: job?.opts ?? null,
    repeat: parseObject(JSON.stringify(job?.opts.repeat ?? null)) ?? {},
    madeAt: job?.timestamp ?? null,
    startedAt: job?.processedOn ?? null,
    due: null,
  }
}
