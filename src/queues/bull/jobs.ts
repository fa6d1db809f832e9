import type { JobDetail } from '../../protocol/index.js'
import { asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import type { LayoutPlace } from '../bull-common/acting.js'
import { readDetail } from '../bull-common/detail.js'
import type { ReadJobs } from '../bull-common/lists.js'
import { type JobOptions, parseObject } from '../bull-common/options.js'
import { jobsReader as summariesReader } from '../bull-common/summary.js'
import { orThrow } from '../shared/redis.js'

/** Reads jobs by id, without their payloads. The schedule that made a job appears only in its options. */
export function jobsReader(place: LayoutPlace): ReadJobs {
  const read = summariesReader(place)
  return async (base, ids, state) => {
    const jobs = await read(base, ids, state)
    const scheduled = jobs.flatMap((job) => (job?.id.startsWith('repeat:') ? [job.id] : []))
    const replies = await send(
      place.connection,
      scheduled.map((id) => ['hget', base + id, 'opts']),
    )
    const keys = replies.map((reply) => schedulerIn(parseObject(asText(orThrow(reply)))))
    const schedulers = new Map(scheduled.map((id, index) => [id, keys[index] ?? null]))
    return jobs.map((job) => job && { ...job, scheduler: schedulers.get(job.id) ?? null })
  }
}

/** Null if the job is gone. */
export async function readJob(place: LayoutPlace, queue: string, id: string): Promise<JobDetail | null> {
  const job = await readDetail(place, queue, id)
  return job && { ...job, scheduler: schedulerIn(job.options) }
}

/** The schedule that made a job, from the job's options. */
export function schedulerIn(options: JobOptions | null): string | null {
  const repeat = options?.repeat
  const key: unknown = typeof repeat === 'object' && repeat !== null && 'key' in repeat ? repeat.key : null
  return typeof key === 'string' ? key : null
}
