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

/** Jobs to act on at a time. */
const AT_A_TIME = 50
const MAX_REASON_CHARS = 300

/** The location of queues. */
export interface LayoutPlace {
  readonly connection: Connection
  readonly scripts: ScriptRunner
  readonly prefix: string
}

/** Changes through an API that Bull and BullMQ share. */
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

/** What actions need of a job: not its payload, which may be large or no JSON. */
export interface FoundJob extends Whereabouts {
  readonly id: string
  readonly options: JobOptions
  readonly priority: number
  /** The scheduler that made it, if a field of its own names it. */
  readonly scheduler: string | null
}

export const GONE = 'is gone: there is no such job'
/** Why an action is not possible on a job in another state than required. @param wanted readable name of the required state */
export function notIn(wanted: string, { state }: FoundJob): string {
  if (state === 'stuck')
    return 'is stuck: no list of the queue holds it. Duplicate it to have it run, then remove this one'
  return `is ${state === 'waitingChildren' ? 'waiting for its children' : (state ?? 'in no state')}, not ${wanted}`
}

export const NO_JOB = 'is no job of this queue: its key holds something else'

/**
 * Acts on some jobs at a time. Rejects if Redis refuses to search for the first of them, because nothing was done yet.
 *
 * @param act returns an outcome for each job
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

/** Splits a list so that no part has an id twice: the second action on a job must see the result of the first. */
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

/** @param act resolves to the reason why it was not done, or null. @param wordsFor a message for an error, if not its own */
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
 * Why a job cannot be removed: it is gone, its key holds the queue's settings or a scheduler, or removing it would remove another job, too.
 * Null also for a job that is gone and has left its id in a list.
 */
export async function whyNotRemoved(connection: Connection, base: string, job: FoundJob): Promise<string | null> {
  if (job.exists) return whyNotAlone(connection, base, job.id)
  if ((await ask(connection, ['exists', base + job.id])) !== 0) return NO_JOB
  return job.state !== null || (await isListed(connection, base, job.id)) ? null : GONE
}

/** Keys that are removed with a job. The first two are hashes, as a job is. */
const SIDE_KEYS = ['processed', 'failed', 'logs', 'dependencies', 'unsuccessful'] as const

/** Why removing a job would remove another one: if ids contain colons, `order:logs` may be a job as well as the logs of one. */
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
