import type { QueueSource } from '../../ports/index.js'
import type { JobOutcome } from '../../protocol/index.js'
import { windowOf } from '../../redaction/within.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { ask, send } from '../../redis/send.js'
import { done, notDone } from '../shared/outcomes.js'
import { jobField, orThrow } from '../shared/redis.js'
import { refusedOutcome, unlessRefused } from '../shared/refusals.js'
import { redisFailure } from './app-package.js'
import { decodeOptions, type JobOptions } from './options.js'
import type { ScriptRunner } from './script.js'
import { type Looking, locate, type Whereabouts } from './state.js'

/** So many jobs are acted on at a time. */
const AT_A_TIME = 50
const MAX_REASON_CHARS = 300

/** Where queues are. */
export interface LayoutPlace {
  readonly connection: Connection
  readonly scripts: ScriptRunner
  readonly prefix: string
}

/** What is changed by the API of Bull and of BullMQ alike. */
export type Changes = Required<
  Pick<
    QueueSource,
    | 'retry'
    | 'promote'
    | 'remove'
    | 'pause'
    | 'resume'
    | 'clean'
    | 'empty'
    | 'add'
    | 'duplicate'
    | 'runScheduler'
    | 'removeScheduler'
  >
>

/** A job as far as acting on it takes: not its payload, which may be large or no JSON. */
export interface FoundJob extends Whereabouts {
  readonly id: string
  readonly options: JobOptions
  readonly priority: number
  /** What made it, if that stands in a field of its own. */
  readonly scheduler: string | null
}

export const GONE = 'is gone: there is no such job'
/** Why nothing is done with a job that is in another state than it would have to be. @param wanted in words */
export function notIn(wanted: string, { state }: FoundJob): string {
  if (state === 'stuck')
    return 'is stuck: no list of the queue holds it. Duplicate it to have it run, then remove this one'
  return `is ${state === 'waitingChildren' ? 'waiting for its children' : (state ?? 'in no state')}, not ${wanted}`
}

export const NO_JOB = 'is no job of this queue: its key holds something else'

/**
 * Acts on jobs, some at a time. When Redis refuses to look for the first of them nothing was done, and the whole is refused.
 *
 * @param act gives an outcome for each of some
 */
export async function actInRuns(
  ids: readonly string[],
  act: (some: readonly string[]) => Promise<readonly JobOutcome[]>,
): Promise<JobOutcome[]> {
  const outcomes: JobOutcome[] = []
  for (const some of runsOf(ids)) {
    const run = async () => [...(await act(some))]
    outcomes.push(...(outcomes.length === 0 ? await run() : await unlessRefused(some, run)))
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

/** @param act resolves to why it was not done, or null. @param wordsFor what is to be said of an error, if not its own words */
export async function outcomeOf(
  id: string,
  act: () => Promise<string | null>,
  wordsFor: (error: unknown) => string | undefined = () => undefined,
): Promise<JobOutcome> {
  try {
    const reason = await act()
    return reason === null ? done(id) : notDone(id, reason)
  } catch (error) {
    const failure = redisFailure(error)
    if (failure) return refusedOutcome(id, failure)
    const text = error instanceof Error ? error.message : String(error)
    return notDone(id, wordsFor(error) ?? windowOf(text, MAX_REASON_CHARS))
  }
}

export async function findJobs(
  connection: Connection,
  base: string,
  ids: readonly string[],
  looking?: Looking,
): Promise<FoundJob[]> {
  const [places, hashes] = await Promise.all([
    locate(connection, base, ids, looking),
    send(
      connection,
      ids.map((id) => ['hmget', base + id, 'opts', 'priority', 'rjk']),
    ),
  ])
  return ids.map((id, index) => {
    const [options, priority, scheduler] = asList(jobField(hashes[index]))
    return {
      ...(places[index] ?? { state: null, exists: false, score: null }),
      id,
      options: decodeOptions(asText(options)) ?? {},
      priority: asNumber(priority) ?? 0,
      scheduler: asText(scheduler),
    }
  })
}

/**
 * Why a job can't be removed: it is gone, its key holds something else of the queue, its settings or a scheduler, or what
 * would go with it is another job. Null also for one that is gone and has left its id in a list.
 */
export async function whyNotRemoved(connection: Connection, base: string, job: FoundJob): Promise<string | null> {
  if (job.exists) return whyNotAlone(connection, base, job.id)
  if ((await ask(connection, ['exists', base + job.id])) !== 0) return NO_JOB
  return job.state !== null || (await isListed(connection, base, job.id)) ? null : GONE
}

/** What goes with a job when it is removed. The first two are hashes as a job's is. */
const SIDE_KEYS = ['processed', 'failed', 'logs', 'dependencies', 'unsuccessful'] as const

/** Why removing a job would remove another one: where ids may have colons, `order:logs` may be a job as well as its logs. */
async function whyNotAlone(connection: Connection, base: string, id: string): Promise<string | null> {
  const [processed, failed, ...types] = await send(connection, [
    ['hget', `${base}${id}:processed`, 'timestamp'],
    ['hget', `${base}${id}:failed`, 'timestamp'],
    ...SIDE_KEYS.slice(2).map((key): Command => ['type', `${base}${id}:${key}`]),
  ])
  const areJobs = [processed, failed].map((reply) => jobField(reply) !== null)
  areJobs.push(...types.map((reply) => orThrow(reply) === 'hash'))
  const other = SIDE_KEYS.find((_, index) => areJobs[index])
  return other === undefined ? null : `would take the job "${id}:${other}" with it: remove that one first`
}

async function isListed(connection: Connection, base: string, id: string): Promise<boolean> {
  const replies = await send(connection, [
    ['lpos', `${base}wait`, id],
    ['lpos', `${base}paused`, id],
  ])
  return replies.some((reply) => asNumber(orThrow(reply)) !== null)
}
