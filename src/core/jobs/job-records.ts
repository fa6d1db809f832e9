import { nameIn, type Records } from '../report/records.js'
import { redactId } from '../report/redaction.js'
import type { EndedJob } from './jobs.js'

/** Makes a record of a slow job. */
export function recordSlowJob(records: Records, ended: EndedJob): void {
  if (!records.takesSlow()) return
  const { queue, id, attempt, waitMs } = ended.job
  records.slow(ended, {
    status: ended.status,
    requestId: null,
    traceId: ended.origin.traceId,
    meta: { queue: nameIn(queue), jobId: redactId(id ?? undefined), attempt, waitMs },
  })
}

/** Makes a record of what a job failed with. */
export function recordFailedJob(
  records: Records,
  { job, kind, name, handled, origin }: EndedJob,
  error: unknown,
): void {
  records.exception(error, kind, handled, { route: name, queue: job.queue, traceId: origin.traceId })
}
