import type { JobAddress, JobOutcome, NewJob } from '../../protocol/index.js'
import { ask } from '../../redis/send.js'
import {
  actInRuns,
  type FoundJob,
  findJobs,
  GONE,
  isListed,
  type LayoutPlace,
  outcomeOf,
} from '../bull-layout/acting.js'
import { type Addable, addableOf, readCopy } from '../bull-layout/adding.js'
import { baseOf } from '../bull-layout/keys.js'
import { locate } from '../bull-layout/state.js'
import type { QueueUser } from './api.js'
import { type BullJob, type BullQueue, canMakeJobs } from './queue-api.js'

export interface ActionPlace extends LayoutPlace {
  readonly api: QueueUser
}

type Deed = (queue: BullQueue, job: FoundJob) => Promise<string | null>

/** Does something with each of some jobs. @param deed resolves to why it was not done, or null */
async function actOnEach(
  { connection, api, prefix }: ActionPlace,
  queue: string,
  ids: readonly string[],
  deed: Deed,
): Promise<JobOutcome[]> {
  return actInRuns(ids, async (some) => {
    const jobs = await findJobs(connection, baseOf(prefix, queue), some)
    return api.use(queue, (open) => Promise.all(jobs.map((job) => outcomeOf(job.id, () => deed(open, job), reasonFor))))
  })
}

/** BullMQ's own words name the job: with them no two reasons would be the same. */
const REASONS: Readonly<Record<number, string>> = {
  [-1]: 'is gone: there is no such job',
  [-2]: 'is not held by a worker any more',
  [-3]: 'has left its state meanwhile',
  [-8]: 'belongs to a scheduler: remove the scheduler instead',
}

function reasonFor(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : null
  return typeof code === 'number' ? REASONS[code] : undefined
}

/** BullMQ's job without its payload: acting on it needs its id and its options. */
function jobOf(queue: BullQueue, { id, options }: FoundJob): BullJob {
  if (!canMakeJobs(queue)) throw new Error('This version of BullMQ makes no jobs of their ids: it must be 5 or 6')
  return new queue.Job(queue, '', {}, options, id)
}

export function retryJobs(place: ActionPlace, queue: string, ids: readonly string[]): Promise<JobOutcome[]> {
  return actOnEach(place, queue, ids, async (open, found) => {
    if (!found.exists) return GONE
    if (found.state !== 'failed' && found.state !== 'completed') return `is ${wordsFor(found)}, not failed or completed`
    const job = jobOf(open, found)
    await job.retry(found.state)
    if (found.priority > 0) await keepPriority(place, queue, job, found)
    return null
  })
}

/** Version 5 puts a retried job in front of all that have a priority. Where version 6 has put it is where it belongs. */
async function keepPriority(place: ActionPlace, queue: string, job: BullJob, found: FoundJob): Promise<void> {
  const [now] = await locate(place.connection, baseOf(place.prefix, queue), [found.id])
  if (now?.state === 'waiting')
    await job.changePriority({ priority: found.priority, lifo: found.options.lifo === true })
}

export function promoteJobs(place: ActionPlace, queue: string, ids: readonly string[]): Promise<JobOutcome[]> {
  return actOnEach(place, queue, ids, async (open, found) => {
    if (!found.exists && found.state === null) return GONE
    if (found.state !== 'delayed') return `is ${wordsFor(found)}, not delayed`
    if (isNextRun(found) && (await isScheduled(place, queue, found)))
      return `is the next run of the scheduler "${found.scheduler}": run the scheduler instead`
    await jobOf(open, found).promote()
    return null
  })
}

function isNextRun({ id, scheduler }: FoundJob): boolean {
  return scheduler !== null && id.startsWith(`repeat:${scheduler}:`)
}

async function isScheduled({ connection, prefix }: ActionPlace, queue: string, found: FoundJob): Promise<boolean> {
  return (await ask(connection, ['zscore', `${baseOf(prefix, queue)}repeat`, found.scheduler ?? ''])) !== null
}

export function removeJobs(place: ActionPlace, queue: string, ids: readonly string[]): Promise<JobOutcome[]> {
  return actOnEach(place, queue, ids, async (open, found) => {
    if (
      !found.exists &&
      found.state === null &&
      !(await isListed(place.connection, baseOf(place.prefix, queue), found.id))
    )
      return GONE
    const removed = await open.remove(found.id)
    return removed === 1 ? null : 'is being worked on, or a job that it is made of is'
  })
}

function wordsFor({ state }: FoundJob): string {
  if (state === 'waitingChildren') return 'waiting for its children'
  return state === null ? 'in no state' : state
}

export async function addJob(api: QueueUser, queue: string, job: NewJob): Promise<JobAddress> {
  return add(api, queue, addableOf(job))
}

export async function duplicateJob(
  { api, connection, prefix }: ActionPlace,
  queue: string,
  id: string,
): Promise<JobAddress> {
  return add(api, queue, await readCopy(connection, prefix, queue, id))
}

export async function add(api: QueueUser, queue: string, { name, data, options }: Addable): Promise<JobAddress> {
  return addressOf(queue, await api.use(queue, (open) => open.add(name, data, options)))
}

export function addressOf(queue: string, job: BullJob): JobAddress {
  if (job.id === undefined) throw new Error(`BullMQ added a job to ${queue} and did not say its id`)
  return { queue, id: job.id }
}
