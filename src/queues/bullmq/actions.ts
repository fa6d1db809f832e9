import type { JobAddress, JobOutcome, NewJob } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { done, notDone } from '../shared/outcomes.js'
import { orThrow } from '../shared/redis.js'
import type { QueueUser } from './api.js'
import { baseOf } from './keys.js'
import { decodeOptions, type JobOptions, optionsForCopy } from './options.js'
import { type BullJob, type BullQueue, canMakeJobs } from './queue-api.js'
import { locate, type Whereabouts } from './state.js'

/** So many jobs are acted on at a time. */
const AT_A_TIME = 50
const MAX_REASON_CHARS = 300

export interface ActionPlace {
  readonly connection: Connection
  readonly api: QueueUser
  readonly prefix: string
}

type Deed = (queue: BullQueue, job: FoundJob) => Promise<string | null>

interface FoundJob extends Whereabouts {
  readonly id: string
  readonly options: JobOptions
  readonly priority: number
  readonly scheduler: string | null
}

/** Does something with each of some jobs. @param deed resolves to why it was not done, or null */
async function actOnEach(
  { connection, api, prefix }: ActionPlace,
  queue: string,
  ids: readonly string[],
  deed: Deed,
): Promise<JobOutcome[]> {
  const outcomes: JobOutcome[] = []
  const base = baseOf(prefix, queue)
  for (const some of runsOf(ids)) {
    const jobs = await findJobs(connection, base, some)
    const done = await api.use(queue, (open) => Promise.all(jobs.map((job) => outcomeOf(open, job, deed))))
    outcomes.push(...done)
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
      ids.map((id) => ['hmget', base + id, 'opts', 'priority', 'rjk']),
    ),
  ])
  return ids.map((id, index) => {
    const [options, priority, scheduler] = asList(orThrow(hashes[index]))
    const place = places[index] ?? { state: null, exists: false, score: null }
    return {
      ...place,
      id,
      options: decodeOptions(asText(options)) ?? {},
      priority: asNumber(priority) ?? 0,
      scheduler: asText(scheduler),
    }
  })
}

async function outcomeOf(queue: BullQueue, job: FoundJob, deed: Deed): Promise<JobOutcome> {
  try {
    const reason = await deed(queue, job)
    return reason === null ? done(job.id) : notDone(job.id, reason)
  } catch (error) {
    return notDone(job.id, reasonOf(error))
  }
}

/** BullMQ's own words name the job: with them no two reasons would be the same. */
const REASONS: Readonly<Record<number, string>> = {
  [-1]: 'is gone: there is no such job',
  [-2]: 'is not held by a worker any more',
  [-3]: 'has left its state meanwhile',
  [-8]: 'belongs to a scheduler: remove the scheduler instead',
}

function reasonOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : null
  const known = typeof code === 'number' ? REASONS[code] : undefined
  return known ?? (error instanceof Error ? error.message : String(error)).slice(0, MAX_REASON_CHARS)
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
  const [reply] = await send(connection, [['zscore', `${baseOf(prefix, queue)}repeat`, found.scheduler ?? '']])
  return orThrow(reply) !== null
}

export function removeJobs(place: ActionPlace, queue: string, ids: readonly string[]): Promise<JobOutcome[]> {
  return actOnEach(place, queue, ids, async (open, found) => {
    if (!found.exists && found.state === null && !(await isListed(place, queue, found.id))) return GONE
    const removed = await open.remove(found.id)
    return removed === 1 ? null : 'is being worked on, or a job that it is made of is'
  })
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

const GONE = 'is gone: there is no such job'

function wordsFor({ state }: FoundJob): string {
  if (state === 'waitingChildren') return 'waiting for its children'
  return state === null ? 'in no state' : state
}

export async function addJob(api: QueueUser, queue: string, job: NewJob): Promise<JobAddress> {
  const { name, delay, priority, attempts } = job
  const data = parseJson(job.data)
  const options = Object.fromEntries(
    Object.entries({ delay, priority, attempts }).filter(([, value]) => value !== null),
  )
  const added = await api.use(queue, (open) => open.add(name, data, options))
  return addressOf(queue, added)
}

export async function duplicateJob(
  { api, connection, prefix }: ActionPlace,
  queue: string,
  id: string,
): Promise<JobAddress> {
  const [reply] = await send(connection, [['hmget', baseOf(prefix, queue) + id, 'name', 'data', 'opts']])
  const [name, data, options] = asList(orThrow(reply)).map(asText)
  if (typeof name !== 'string') throw new Error(`The queue ${queue} has no job ${id} any more`)
  const copied = optionsForCopy(decodeOptions(options ?? null) ?? {})
  const added = await api.use(queue, (open) => open.add(name, parseJson(data ?? '{}'), copied))
  return addressOf(queue, added)
}

export function addressOf(queue: string, job: BullJob): JobAddress {
  if (job.id === undefined) throw new Error(`BullMQ added a job to ${queue} and did not say its id`)
  return { queue, id: job.id }
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error("The job's data is no JSON")
  }
}
