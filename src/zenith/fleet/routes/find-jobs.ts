import { performance } from 'node:perf_hooks'
import type { Finds } from '../../../api/search.js'
import { inPool } from '../../../lib/async.js'
import { MAX_ID_CHARS } from '../../../protocol/index.js'
import { isRefusal } from '../../http/api-error.js'
import type { ConnectedQueue } from '../../queues/directory.js'
import { summaryView } from '../../queues/jobs/job-view.js'
import type { Queues } from '../../queues/queues.js'
import { askSource } from '../../queues/read-source.js'

/** Queues in which a job is looked up, and how many at the same time. */
const MAX_QUEUES = 200
const AT_ONCE = 8
/** No queue is asked any more after this time, and how long one may take, ms. */
const BUDGET_MS = 2_500
const ANSWER_WITHIN_MS = 1_500

type Job = Finds['jobs'][number]

/** Jobs that were found so far. */
export interface FoundJobs {
  readonly items: Job[]
  /** Number of queues that answered. */
  looked: number
  isWhole: boolean
}

/** Looks up a job by its id in all queues whose system can. @param found filled while queues answer */
export async function jobsWithId(queues: Queues, id: string, found: FoundJobs): Promise<FoundJobs> {
  if (/\s/.test(id) || id.length > MAX_ID_CHARS) return found
  const until = performance.now() + BUDGET_MS
  const able = (await queues.directory.all()).filter(({ source }) => source.job && source.capabilities.includes('get'))
  found.isWhole = able.length <= MAX_QUEUES
  await inPool(able.slice(0, MAX_QUEUES), AT_ONCE, async (queue) => {
    if (performance.now() < until) await lookUp(queue, id, found)
    else found.isWhole = false
  })
  return found
}

/** An error of one queue stops no other. */
async function lookUp({ key, name, address, source }: ConnectedQueue, id: string, found: FoundJobs): Promise<void> {
  try {
    const job = await askSource(() => source.job?.(address, id), ANSWER_WITHIN_MS)
    found.looked += 1
    if (job)
      found.items.push({ queue: key, queueName: name, id: job.id, name: summaryView(job).name, state: job.state })
  } catch (error) {
    if (!isRefusal(error)) throw error
    found.isWhole = false
  }
}
