import type { JobAddress, JobOutcome, JobState, NewJob } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { parseJson } from '../bullmq/actions.js'
import { baseOf } from '../bullmq/keys.js'
import { decodeOptions, type JobOptions, optionsForCopy } from '../bullmq/options.js'
import type { ScriptRunner } from '../bullmq/script.js'
import { locate, type Whereabouts } from '../bullmq/state.js'
import { done, notDone } from '../shared/outcomes.js'
import { orThrow } from '../shared/redis.js'
import type { QueueApi } from './api.js'
import { schedulerIn } from './jobs.js'
import type { BullJob, BullPackage, BullQueue } from './package.js'
import { keepPriority } from './priority.js'

/** So many jobs are acted on at a time. */
const AT_A_TIME = 50
const MAX_REASON_CHARS = 300

export interface ActionPlace {
  readonly connection: Connection
  readonly scripts: ScriptRunner
  readonly api: QueueApi
  readonly prefix: string
}

interface FoundJob extends Whereabouts {
  readonly id: string
  readonly options: JobOptions
  readonly priority: number
  readonly scheduler: string | null
}

/** Resolves to why it was not done, or null. */
type Deed = (job: BullJob, found: FoundJob) => Promise<string | null>

/** Whether something may be done with a job at all: why not, or null. */
type Check = (found: FoundJob) => Promise<string | null> | string | null

async function actOnEach(
  place: ActionPlace,
  queue: string,
  ids: readonly string[],
  check: Check,
  deed: Deed,
): Promise<JobOutcome[]> {
  const outcomes: JobOutcome[] = []
  for (const some of runsOf(ids)) {
    const jobs = await findJobs(place.connection, baseOf(place.prefix, queue), some)
    const act = async (open: BullQueue, Bull: BullPackage) =>
      Promise.all(
        jobs.map((job) => outcomeOf(job.id, async () => (await check(job)) ?? deed(jobOf(open, Bull, job), job))),
      )
    outcomes.push(...(await place.api.use(queue, act)))
  }
  return outcomes
}

/** Parts of a list without one id twice in them: what became of the first is to be seen by the second. */
function runsOf(ids: readonly string[]): string[][] {
  const runs: string[][] = []
  let run = new Set<string>()
  for (const id of ids) {
    if (run.size === AT_A_TIME || run.has(id)) {
      runs.push([...run])
      run = new Set()
    }
    run.add(id)
  }
  return run.size > 0 ? [...runs, [...run]] : runs
}

async function findJobs(connection: Connection, base: string, ids: readonly string[]): Promise<FoundJob[]> {
  const [places, hashes] = await Promise.all([
    locate(connection, base, ids),
    send(
      connection,
      ids.map((id) => ['hmget', base + id, 'opts', 'priority']),
    ),
  ])
  return ids.map((id, index) => {
    const [options, priority] = asList(orThrow(hashes[index]))
    return {
      ...(places[index] ?? { state: null, exists: false, score: null }),
      id,
      options: decodeOptions(asText(options)) ?? {},
      priority: asNumber(priority) ?? 0,
      scheduler: schedulerIn(asText(options)),
    }
  })
}

async function outcomeOf(id: string, act: () => Promise<string | null>): Promise<JobOutcome> {
  try {
    const reason = await act()
    return reason === null ? done(id) : notDone(id, reason)
  } catch (error) {
    return notDone(id, (error instanceof Error ? error.message : String(error)).slice(0, MAX_REASON_CHARS))
  }
}

/** Bull's job without its payload, which may be large or no JSON: acting on it needs its id and its options. */
function jobOf(queue: BullQueue, { Job }: BullPackage, { id, options }: FoundJob): BullJob {
  return Job.fromJSON(queue, { opts: JSON.stringify(options) }, id)
}

/** Bull asks for the state after it has taken from a job when it ended: what has not failed must not come to it. */
export function retryJobs(place: ActionPlace, queue: string, ids: readonly string[]): Promise<JobOutcome[]> {
  return actOnEach(
    place,
    queue,
    ids,
    (found) => notIn('failed', found),
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
    (found) => notIn('delayed', found) ?? ifNextRun(place, queue, found, 'run the schedule instead'),
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
      if (!found.exists && found.state === null && !(await isListed(place, queue, found.id))) return GONE
      // Without it Bull makes no other: the schedule would stay in the list and never run again.
      return ifNextRun(place, queue, found, 'remove the schedule instead')
    },
    async (job, { state }) => {
      const isRemoved = await job.remove().then(
        () => true,
        (error: unknown) => isLocked(error),
      )
      return isRemoved === true ? null : `is ${state ?? 'in no state'}, and a worker holds it`
    },
  )
}

/** False when it is; anything else goes on. */
function isLocked(error: unknown): false {
  if (error instanceof Error && error.message.startsWith('Could not remove job')) return false
  throw error
}

const GONE = 'is gone: there is no such job'

function notIn(state: JobState, found: FoundJob): string | null {
  if (!found.exists) return GONE
  return found.state === state ? null : `is ${found.state ?? 'in no state'}, not ${state}`
}

/** Whether a job is the one that its schedule waits for. */
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

/** Of a job that is gone its id may be left in the list. */
async function isListed({ connection, prefix }: ActionPlace, queue: string, id: string): Promise<boolean> {
  const base = baseOf(prefix, queue)
  const replies = await send(connection, [
    ['lpos', `${base}wait`, id],
    ['lpos', `${base}paused`, id],
  ])
  return replies.some((reply) => asNumber(orThrow(reply)) !== null)
}

export async function addJob({ api }: ActionPlace, queue: string, job: NewJob): Promise<JobAddress> {
  const { name, delay, priority, attempts } = job
  const data = parseJson(job.data)
  const options = Object.entries({ delay, priority, attempts }).filter(([, value]) => value !== null)
  const added = await api.use(queue, (open) => open.add(name, data, Object.fromEntries(options)))
  return { queue, id: String(added.id) }
}

export async function duplicateJob(place: ActionPlace, queue: string, id: string): Promise<JobAddress> {
  const key = baseOf(place.prefix, queue) + id
  const [reply] = await send(place.connection, [['hmget', key, 'name', 'data', 'opts']])
  const [name, data, options] = asList(orThrow(reply)).map(asText)
  if (typeof name !== 'string') throw new Error(`The queue ${queue} has no job ${id} any more`)
  return addCopy(place, queue, name, data ?? null, decodeOptions(options ?? null) ?? {})
}

/** Adds a job like another one. */
export async function addCopy(
  { api }: ActionPlace,
  queue: string,
  name: string,
  data: string | null,
  options: JobOptions,
): Promise<JobAddress> {
  const added = await api.use(queue, (open) => open.add(name, parseJson(data ?? '{}'), optionsForCopy(options)))
  return { queue, id: String(added.id) }
}
