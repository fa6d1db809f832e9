import type { BullJob, WorkerLike } from './job.js'

/**
 * What is touched of BullMQ's private parts, and where it was seen:
 *
 * - `Worker.callProcessJob(job, token, …)` of 4.18 to 6.7: every attempt goes through it, sandboxed ones included.
 * - `Worker.handleCompleted(result, job, …)` and `handleFailed(error, job, …)` of 5.81 and 6.7: called with what the processor
 *   returned or threw, before Redis is told, and again after a lost connection. When Redis refuses a result, `handleFailed` is
 *   called with that refusal. 5.0 and 5.12 have neither.
 * - `Worker.processJob(job, token, …)` of 5.0 and 5.12: an attempt with all that follows from it.
 * - `Worker.client` of 5, `Worker.backend.client` of 6 on Redis; `Worker.toKey(id)` of both.
 *
 * A method that is missing is not replaced: then the worker's events tell as much as they can.
 */
export type Processing = WorkerLike & {
  callProcessJob?: (job: BullJob, ...rest: unknown[]) => unknown
  handleCompleted?: (result: unknown, job: BullJob, ...rest: unknown[]) => unknown
  handleFailed?: (error: unknown, job: BullJob, ...rest: unknown[]) => unknown
  processJob?: (job: BullJob, ...rest: unknown[]) => unknown
  toKey?: (id: string) => string
  readonly client?: Promise<Client>
  readonly backend?: { readonly client?: Promise<Client> }
}

interface Client {
  hget(key: string, field: string): Promise<unknown>
}

/** The name of a job in the worker's queue, asked of its own Redis in one command; null where it can't be told. */
export async function nameOfJob(worker: Processing, id: string): Promise<string | null> {
  try {
    const client = await (worker.client ?? worker.backend?.client)
    const key = worker.toKey?.(id)
    const name = client && key ? await client.hget(key, 'name') : null
    return typeof name === 'string' && name !== '' ? name : null
  } catch {
    return null
  }
}
