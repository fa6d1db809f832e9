import type { RawJob, RawPayload } from '../../ports/index.js'
import type { FinishedJob, FinishedJobs, FinishedQueue } from '../../protocol/index.js'

/** The jobs of a worker's record. @param keyOf the key of a queue in URLs */
export function rawJobsOf(
  service: string,
  record: FinishedJobs,
  keyOf: (queue: FinishedQueue) => string,
): readonly RawJob[] {
  const keys = record.queues.map(keyOf)
  return record.jobs.flatMap((job) => {
    const queue = record.queues[job.queue]
    const key = keys[job.queue]
    return queue && key !== undefined ? [rawJobOf(service, record, job, { name: queue.name, key })] : []
  })
}

function rawJobOf(
  service: string,
  record: FinishedJobs,
  job: FinishedJob,
  queue: Pick<FinishedQueue, 'name'> & { readonly key: string },
): RawJob {
  const { id, name, outcome, attempt, addedAt, startedAt, finishedAt, waitMs, runMs, error } = job
  return {
    ...{ id, name, outcome, attempt, addedAt, startedAt, finishedAt, waitMs, runMs, error },
    queue: queue.key,
    queueName: queue.name,
    service,
    node: record.node,
    payload: payloadOf(record, job.payload),
  }
}

function payloadOf({ payloads }: FinishedJobs, index: number | null): RawPayload | null {
  return payloads && index !== null ? { kind: 'sealed', ...payloads, index } : null
}
