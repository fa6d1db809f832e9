import type { JobAddress, JobOutcome, NewJob } from '../../protocol/index.js'
import { ask } from '../../redis/send.js'
import { actInRuns, type FoundJob, findJobs, GONE, type LayoutPlace, notIn, outcomeOf } from '../bull-common/acting.js'
import type { Addable } from '../bull-common/adding.js'
import { addableOf, readCopy } from '../bull-common/adding.js'
import { baseOf } from '../bull-common/keys.js'
import { locate } from '../bull-common/state.js'
import { notPossible } from '../shared/conditions.js'
import type { Hand, QueueApi } from './api.js'
import { addInLayout, type OwnedQueue, promoteInLayout, retryInLayout, setPaused } from './moves.js'
import { addressOf, addText } from './package/add-text.js'
import { whyParentWaits } from './package/children.js'
import { type BullJob, type BullQueue, canMakeJobs } from './package/queue-api.js'

export interface ActionPlace extends LayoutPlace {
  readonly api: QueueApi
}

/** Two ways to perform an action in the owner's layout. */
interface Ways<T> {
  /** With the owner's own package. */
  readonly own: (queue: BullQueue) => Promise<T>
  readonly moved: (queue: OwnedQueue) => Promise<T>
}

/** Performs an action in the layout of the queue's owner. */
export async function inLayout<T>(
  place: ActionPlace,
  name: string,
  { layout, queue }: Hand,
  { own, moved }: Ways<T>,
): Promise<T> {
  if (queue) return place.api.act(queue, own)
  // An unknown layout always comes with a queue.
  return moved({ place, name, layout: layout ?? 5 })
}

/** Performs an action on each of some jobs. @param deed resolves to the reason why it was not done, or null */
async function actOnEach(
  { connection, api, prefix }: ActionPlace,
  queue: string,
  ids: readonly string[],
  deed: (job: FoundJob, hand: Hand) => Promise<string | null>,
): Promise<JobOutcome[]> {
  return actInRuns(ids, async (some) => {
    const jobs = await findJobs(connection, baseOf(prefix, queue), some)
    const hand = api.hand(queue)
    return Promise.all(jobs.map((job) => outcomeOf(job.id, async () => deed(job, await hand), reasonFor)))
  })
}

/** BullMQ's own messages contain the job's id, so that no two would be equal. */
const REASONS: Readonly<Record<number, string>> = {
  [-1]: 'is gone: there is no such job',
  [-2]: 'is not held by a worker any more',
  [-3]: 'has left its state meanwhile',
  [-8]: 'belongs to a scheduler: remove the scheduler instead',
}

/** @param code returned by BullMQ's scripts, or by those in its layout */
function reasonOf(code: number): string | null {
  return code === 1 ? null : (REASONS[code] ?? 'could not be moved')
}

export function reasonFor(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : null
  return typeof code === 'number' ? REASONS[code] : undefined
}

/** BullMQ's job without its payload: actions need only its id and its options. */
function jobOf(queue: BullQueue, { id, options }: FoundJob): BullJob {
  if (!canMakeJobs(queue)) throw notPossible('This version of BullMQ makes no jobs of their ids: it must be 5 or 6')
  return new queue.Job(queue, '', {}, options, id)
}

export function retryJobs(place: ActionPlace, queue: string, ids: readonly string[]): Promise<JobOutcome[]> {
  return actOnEach(place, queue, ids, async (found, hand) => {
    const { state } = found
    if (!found.exists) return GONE
    if (state !== 'failed' && state !== 'completed') return notIn('failed or completed', found)
    const waits = await whyParentWaits(place.connection, baseOf(place.prefix, queue), found.id)
    if (waits !== null) return waits
    return inLayout(place, queue, hand, {
      own: async (open) => {
        const job = jobOf(open, found)
        await job.retry(state)
        if (found.priority > 0) await keepPriority(place, queue, job, found)
        return null
      },
      moved: async (owned) => reasonOf(await retryInLayout(owned, found, state)),
    })
  })
}

/** Version 5 puts a retried job in front of all jobs with a priority. Version 6 puts it in the right position. */
async function keepPriority(place: ActionPlace, queue: string, job: BullJob, found: FoundJob): Promise<void> {
  const [now] = await locate(place.connection, baseOf(place.prefix, queue), [found.id])
  if (now?.state === 'waiting')
    await job.changePriority({ priority: found.priority, lifo: found.options.lifo === true })
}

export function promoteJobs(place: ActionPlace, queue: string, ids: readonly string[]): Promise<JobOutcome[]> {
  return actOnEach(place, queue, ids, async (found, hand) => {
    if (!found.exists) return GONE
    if (found.state !== 'delayed') return notIn('delayed', found)
    if (isNextRun(found) && (await isScheduled(place, queue, found)))
      return `is the next run of the scheduler "${found.scheduler}": run the scheduler instead`
    return inLayout(place, queue, hand, {
      own: async (open) => {
        await jobOf(open, found).promote()
        return null
      },
      moved: async (owned) => reasonOf(await promoteInLayout(owned, found)),
    })
  })
}

function isNextRun({ id, scheduler }: FoundJob): boolean {
  return scheduler !== null && id.startsWith(`repeat:${scheduler}:`)
}

async function isScheduled({ connection, prefix }: ActionPlace, queue: string, found: FoundJob): Promise<boolean> {
  return (await ask(connection, ['zscore', `${baseOf(prefix, queue)}repeat`, found.scheduler ?? ''])) !== null
}

export async function addJob(place: ActionPlace, queue: string, job: NewJob): Promise<JobAddress> {
  return add(place, queue, addableOf(job))
}

export async function duplicateJob(place: ActionPlace, queue: string, id: string): Promise<JobAddress> {
  return add(place, queue, await readCopy(place.connection, place.prefix, queue, id))
}

export async function add(place: ActionPlace, queue: string, job: Addable): Promise<JobAddress> {
  const { name, data, options } = job
  return inLayout(place, queue, await place.api.hand(queue), {
    own: async (open) => addressOf(queue, await addText(open, name, data, options)),
    moved: async (owned) => addressOf(queue, { id: await addInLayout(owned, job, place.api.defaultsOf(queue)) }),
  })
}

export async function pauseQueue(place: ActionPlace, queue: string, isPaused: boolean): Promise<void> {
  const hand = await place.api.hand(queue)
  // Version 5's own pause loses jobs if another client has added some to the other list meanwhile.
  const pausing = hand.layout === 5 ? { ...hand, queue: null } : hand
  return inLayout(place, queue, pausing, {
    own: (open) => (isPaused ? open.pause() : open.resume()),
    moved: (owned) => setPaused(owned, isPaused),
  })
}
