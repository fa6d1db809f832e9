import type { JobDetail, JobState, JobSummary } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { readDetail } from '../bullmq/detail.js'
import type { ListedId } from '../bullmq/lists.js'
import { parseObject } from '../bullmq/options.js'
import type { ScriptRunner } from '../bullmq/script.js'
import { readSummaries } from '../bullmq/summaries.js'
import { orThrow } from '../shared/redis.js'

/** Jobs without their payloads. @returns one for each, null for those that are gone */
export async function readJobs(
  connection: Connection,
  scripts: ScriptRunner,
  base: string,
  ids: readonly ListedId[],
  state: JobState,
): Promise<(JobSummary | null)[]> {
  const jobs = await readSummaries(connection, scripts, base, ids, state)
  const scheduled = jobs.filter((job) => job?.id.startsWith('repeat:') === true).map((job) => job?.id ?? '')
  const replies = await send(
    connection,
    scheduled.map((id) => ['hget', base + id, 'opts']),
  )
  const schedulers = new Map(scheduled.map((id, index) => [id, schedulerIn(asText(orThrow(replies[index])))]))
  return jobs.map((job) => job && { ...job, scheduler: schedulers.get(job.id) ?? null })
}

/** Null when it is gone. */
export async function readJob(connection: Connection, base: string, id: string): Promise<JobDetail | null> {
  const job = await readDetail(connection, base, id)
  return job && { ...job, scheduler: repeatKeyOf(job.options) }
}

/** The schedule that made a job, by the options of the job. */
export function schedulerIn(options: string | null): string | null {
  return repeatKeyOf(parseObject(options))
}

function repeatKeyOf(options: Readonly<Record<string, unknown>> | null): string | null {
  const repeat = options?.repeat
  const key: unknown = typeof repeat === 'object' && repeat !== null && 'key' in repeat ? repeat.key : null
  return typeof key === 'string' ? key : null
}
