import type { JobAddress, JobOutcome, JobState, NewJob } from '../../protocol/index.js'
import { asNumber } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { actInRuns, type FoundJob, findJobs, GONE, notIn, outcomeOf, whyNotRemoved } from '../bull-common/acting.js'
import { type Addable, addableOf, readCopy } from '../bull-common/adding.js'
import { baseOf } from '../bull-common/keys.js'
import type { Looking } from '../bull-common/state.js'
import { orThrow } from '../shared/redis.js'
import { addText } from './add-text.js'
import type { ActionPlace } from './api.js'
import { schedulerIn } from './jobs.js'
import type { BullJob, BullPackage, BullQueue } from './package.js'
import { keepPriority } from './priority.js'

/** Resolves to the reason why it was not done, or null. */
type Deed = (job: BullJob, found: FoundJob) => Promise<string | null>

/** Whether an action is possible on a job: the reason why not, or null. */
type Check = (found: FoundJob) => Promise<string | null> | string | null

async function actOnEach(
  place: ActionPlace,
  queue: string,
  ids: readonly string[],
  check: Check,
  deed: Deed,
  looking?: Looking,
): Promise<JobOutcome[]> {
  return actInRuns(ids, async (some) => {
    const found = await findJobs(place.connection, baseOf(place.prefix, queue), some, looking)
    const jobs = found.map((job) => ({ ...job, scheduler: schedulerIn(job.options) }))
    return place.api.use(queue, (open, Bull) =>
      Promise.all(
        jobs.map((job) => outcomeOf(job.id, async () => (await check(job)) ?? deed(jobOf(open, Bull, job), job))),
      ),
    )
  })
}

/** Bull's job without its payload, which may be large or no JSON: actions need only its id and its options. */
function jobOf(queue: BullQueue, { Job }: BullPackage, { id, options }: FoundJob): BullJob {
  return Job.fromJSON(queue, { opts: JSON.stringify(options) }, id)
}

/** Bull checks the state only after it has removed the time of the job's end: jobs that have not failed must not get that far. */
export function retryJobs(place: ActionPlace, queue: string, ids: readonly string[]): Promise<JobOutcome[]> {
  return actOnEach(
    place,
    queue,
    ids,
    (found) => whyNotIn('failed', found),
    async (job, found) => {
      await job.retry()
      if (found.priority > 0) await keepPriority(place, queue, found.id, found.priority)
      return null
    },
  )
}

export function promoteJobs(place: ActionPlace, queue: string, ids: readonly string[]): Promise<JobOutcome[]> {
  return actOnEach(
    place,
    queue,
    ids,
    (found) => whyNotIn('delayed', found) ?? ifNextRun(place, queue, found, 'run the schedule instead'),
    async (job) => {
      await job.promote()
      return null
    },
  )
}

export function removeJobs(place: ActionPlace, queue: string, ids: readonly string[]): Promise<JobOutcome[]> {
  return actOnEach(
    place,
    queue,
    ids,
    async (found) => {
      const reason = await whyNotRemoved(place.connection, baseOf(place.prefix, queue), found)
      if (reason !== null) return reason
      // Without this job Bull makes no other: the schedule would stay in the list and never run again.
      return ifNextRun(place, queue, found, 'remove the schedule instead')
    },
    async (job, { state }) => {
      const isRemoved = await job.remove().then(
        () => true,
        (error: unknown) => isLocked(error),
      )
      return isRemoved === true ? null : `is ${state ?? 'in no list'}, and a worker holds it`
    },
    { lists: false },
  )
}

/** False if the job is not locked; rethrows any other error. */
function isLocked(error: unknown): false {
  if (error instanceof Error && error.message.startsWith('Could not remove job')) return false
  throw error
}

function whyNotIn(state: JobState, found: FoundJob): string | null {
  if (!found.exists) return GONE
  return found.state === state ? null : notIn(state, found)
}

/** Whether a job is the next run of its schedule. */
async function ifNextRun(
  { connection, prefix }: ActionPlace,
  queue: string,
  { id, state, scheduler }: FoundJob,
  instead: string,
): Promise<string | null> {
  if (scheduler === null || state !== 'delayed') return null
  const [next] = await send(connection, [['zscore', `${baseOf(prefix, queue)}repeat`, scheduler]])
  const at = asNumber(orThrow(next))
  return at !== null && id.endsWith(`:${at}`) ? `is the next run of the schedule "${scheduler}": ${instead}` : null
}

export async function addJob(place: ActionPlace, queue: string, job: NewJob): Promise<JobAddress> {
  return add(place, queue, addableOf(job))
}

export async function duplicateJob(place: ActionPlace, queue: string, id: string): Promise<JobAddress> {
  return add(place, queue, await readCopy(place.connection, place.prefix, queue, id))
}

export async function add({ api }: ActionPlace, queue: string, { name, data, options }: Addable): Promise<JobAddress> {
  const added = await api.use(queue, (open) => addText(open, name, data, options))
  return { queue, id: String(added.id) }
}
