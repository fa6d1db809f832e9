import type { JobDetail, JobSummary } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { fieldText } from '../shared/json-fields.js'
import { findHeld } from './held-jobs.js'
import { type HorizonJob, isOf, readJobs, summaryOf } from './horizon-jobs.js'
import { heldSummary } from './members.js'
import { bareName, type LaravelQueue } from './names.js'
import { parseObject } from './payload.js'
import { messageOf } from './php-exception.js'

/** Fields that a summary or the data show already. */
const SHOWN_ELSEWHERE = new Set(['uuid', 'id', 'displayName', 'attempts', 'data'])

/** One job in any state. Null if there is none, or none within the limits. @throws RedisError */
export async function readDetail(connection: Connection, queue: LaravelQueue, id: string): Promise<JobDetail | null> {
  const kept = await keptByHorizon(connection, queue, id)
  if (kept?.status === 'failed' || kept?.status === 'completed') return endedDetail(kept, kept.status)
  const { found, isWhole } = await findHeld(connection, queue, id)
  const summary = found && heldSummary(found.member, found.state)
  if (found && summary)
    return detailOf({ ...summary, startedAt: found.state === 'active' ? startOf(kept) : null }, found.member.text)
  // Horizon stores a job longer than the queue does.
  return kept && !isWhole ? endedDetail(kept, kept.status === 'reserved' ? 'active' : 'waiting') : null
}

async function keptByHorizon(connection: Connection, queue: LaravelQueue, id: string): Promise<HorizonJob | null> {
  if (queue.horizon === null) return null
  const [job] = await readJobs(connection, queue.horizon, [id], Number.POSITIVE_INFINITY)
  return job && isOf(job, bareName(queue.raw)) ? job : null
}

function startOf(job: HorizonJob | null): number | null {
  return job ? summaryOf(job, 'active').startedAt : null
}

function endedDetail(job: HorizonJob, state: JobSummary['state']): JobDetail {
  const detail = detailOf(summaryOf(job, state), job.payload ?? '')
  if (state !== 'failed' || job.exception === null) return detail
  return { ...detail, failure: messageOf(job.exception), stacks: [job.exception] }
}

function detailOf(summary: JobSummary, payload: string): JobDetail {
  const fields = parseObject(payload)
  const options = Object.entries(fields ?? {}).filter(([key]) => !SHOWN_ELSEWHERE.has(key))
  return {
    ...summary,
    data: fields ? fieldText(payload, 'data') : payload || null,
    result: null,
    options: fields ? Object.fromEntries(options) : null,
    failure: null,
    stacks: [],
    progressText: null,
    worker: null,
    children: null,
  }
}
