import type { RawJob, RawPayload } from '../ports/index.js'
import { type FinishedJob, type FinishedJobs, type FinishedQueue, queueKeyOf } from '../protocol/index.js'

/** The jobs of a worker's record. */
export function rawJobsOf(service: string, record: FinishedJobs): readonly RawJob[] {
  return record.jobs.flatMap((job) => {
    const queue = record.queues[job.queue]
    return queue ? [rawJobOf(service, record, job, queue)] : []
  })
}

function rawJobOf(service: string, record: FinishedJobs, job: FinishedJob, queue: FinishedQueue): RawJob {
  const { id, name, outcome, attempt, addedAt, startedAt, finishedAt, waitMs, runMs, error } = job
  return {
    ...{ id, name, outcome, attempt, addedAt, startedAt, finishedAt, waitMs, runMs, error },
    queue: queueKeyOf(queue),
    queueName: queue.name,
    service,
    node: record.node,
    payload: payloadOf(record, job.payload),
  }
}

function payloadOf({ payloads }: FinishedJobs, index: number | null): RawPayload | null {
  return payloads && index !== null ? { kind: 'sealed', ...payloads, index } : null
}
