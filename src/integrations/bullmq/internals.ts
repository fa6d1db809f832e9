import { wrapMethod } from '../../lib/wrap-method.js'
import type { BullQueue } from '../../runtime/queue-sources.js'
import type { BullJob, WorkerLike } from './job.js'

/**
 * What is touched of BullMQ's private parts, and where it was seen:
 *
 * - `Worker.callProcessJob(job, token, …)` of 4.18 to 6.7: every attempt goes through it, sandboxed ones included.
 * - `Worker.handleCompleted(result, job, …)` and `handleFailed(error, job, …)` of 5.81 and 6.7: called with what the processor
 *   returned or threw, before Redis is told, and again after a lost connection. When Redis refuses a result, `handleFailed` is
 *   called with that refusal. 5.0 and 5.12 have neither.
 * - `Worker.processJob(job, token, …)` of 5.0 and 5.12: an attempt with all that follows from it.
 * - `Worker.createJob(data, id)` of 5.0 to 6.7: makes the job of its stored form, where `data` is the payload's JSON text.
 * - `Queue.Job` of 5.0 to 6.7, the class of its jobs: what its `optsFromJSON` makes of the field `tm` tells whether jobs carry metadata.
 *   The first release whose jobs do is 5.34.
 * - `Worker.client` of 5, `Worker.backend.client` of 6 on Redis; `Worker.toKey(id)` of both.
 *
 * A method that is missing is not replaced: then the worker's events tell as much as they can.
 */
export type Processing = WorkerLike & {
  callProcessJob?: Attempt
  handleCompleted?: Ended
  handleFailed?: Ended
  processJob?: Attempt
  createJob?: MakeJob
  toKey?: (id: string) => string
  readonly client?: Promise<Client>
  readonly backend?: { readonly client?: Promise<Client> }
}

/** @param stored the job as its queue stores it */
type MakeJob = (stored: { readonly data?: unknown }, ...rest: unknown[]) => BullJob

type Attempt = (job: BullJob, ...rest: unknown[]) => unknown

/** @param value what the processor returned or threw */
type Ended = (value: unknown, job: BullJob, ...rest: unknown[]) => unknown

/** Takes a wrapper away again; null where there is no such method. */
type Unwrap = (() => void) | null

/** Wraps what calls the processor. */
export function wrapCall(worker: Processing, wrap: (original: Attempt) => Attempt): Unwrap {
  return wrapMethod(worker, 'callProcessJob', wrap)
}

/** Wraps what begins an attempt, in early versions until Redis knows its end. */
export function wrapAttempt(worker: Processing, wrap: (original: Attempt) => Attempt): Unwrap {
  return wrapMethod(worker, 'processJob', wrap)
}

/** Whether there is a method for each of the two ends of an attempt. */
export function showsEnds({ handleCompleted, handleFailed }: Processing): boolean {
  return typeof handleCompleted === 'function' && typeof handleFailed === 'function'
}

export function wrapCompleted(worker: Processing, wrap: (original: Ended) => Ended): Unwrap {
  return wrapMethod(worker, 'handleCompleted', wrap)
}

export function wrapFailed(worker: Processing, wrap: (original: Ended) => Ended): Unwrap {
  return wrapMethod(worker, 'handleFailed', wrap)
}

/** Wraps what makes a job of its stored form. */
export function wrapCreate(worker: Processing, wrap: (original: MakeJob) => MakeJob): Unwrap {
  return wrapMethod(worker, 'createJob', wrap)
}

/** A queue to which jobs are added. */
export type AddingQueue = Pick<BullQueue, 'defaultJobOptions'> & {
  readonly opts?: { readonly telemetry?: unknown }
  add?: AddJob
  addBulk?: AddJobs
  readonly Job?: { optsFromJSON?(text: string): { readonly telemetry?: { readonly metadata?: unknown } } }
}

type AddJob = (name: unknown, data: unknown, options?: unknown, ...rest: unknown[]) => unknown

type AddJobs = (jobs: unknown, ...rest: unknown[]) => unknown

export function wrapAdd(queue: AddingQueue, wrap: (original: AddJob) => AddJob): Unwrap {
  return wrapMethod(queue, 'add', wrap)
}

export function wrapAddBulk(queue: AddingQueue, wrap: (original: AddJobs) => AddJobs): Unwrap {
  return wrapMethod(queue, 'addBulk', wrap)
}

/** Whether jobs of a queue have telemetry metadata. Earlier releases would store it as an option that they don't know. */
export function storesMetadata({ Job }: AddingQueue): boolean {
  return Job?.optsFromJSON?.('{"tm":"probe"}').telemetry?.metadata === 'probe'
}

interface Client {
  hget(key: string, field: string): Promise<unknown>
  info(section: string): Promise<unknown>
  readonly isCluster?: boolean
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

/** The identity of the server that a worker's queue is on, as a source of the queue has it; null where it can't be told. */
export async function serverOf(worker: Processing): Promise<string | null> {
  try {
    const client = await (worker.client ?? worker.backend?.client)
    if (!client || client.isCluster) return null
    return /^run_id:(\w+)/m.exec(String(await client.info('server')))?.[1] ?? null
  } catch {
    return null
  }
}
