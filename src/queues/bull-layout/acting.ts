import type { QueueSource } from '../../ports.js'
import type { JobOutcome } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { done, notDone } from '../shared/outcomes.js'
import { orThrow } from '../shared/redis.js'
import { decodeOptions, type JobOptions } from './options.js'
import type { ScriptRunner } from './script.js'
import { locate, type Whereabouts } from './state.js'

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

/** Acts on jobs, some at a time. @param act gives an outcome for each of some */
export async function actInRuns(
  ids: readonly string[],
  act: (some: readonly string[]) => Promise<readonly JobOutcome[]>,
): Promise<JobOutcome[]> {
  const outcomes: JobOutcome[] = []
  for (const some of runsOf(ids)) outcomes.push(...(await act(some)))
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
    const text = error instanceof Error ? error.message : String(error)
    return notDone(id, wordsFor(error) ?? text.slice(0, MAX_REASON_CHARS))
  }
}

export async function findJobs(connection: Connection, base: string, ids: readonly string[]): Promise<FoundJob[]> {
  const [places, hashes] = await Promise.all([
    locate(connection, base, ids),
    send(
      connection,
      ids.map((id) => ['hmget', base + id, 'opts', 'priority', 'rjk']),
    ),
  ])
  return ids.map((id, index) => {
    const [options, priority, scheduler] = asList(orThrow(hashes[index]))
    return {
      ...(places[index] ?? { state: null, exists: false, score: null }),
      id,
      options: decodeOptions(asText(options)) ?? {},
      priority: asNumber(priority) ?? 0,
      scheduler: asText(scheduler),
    }
  })
}

/** Of a job that is gone its id may be left in the list. */
export async function isListed(connection: Connection, base: string, id: string): Promise<boolean> {
  const replies = await send(connection, [
    ['lpos', `${base}wait`, id],
    ['lpos', `${base}paused`, id],
  ])
  return replies.some((reply) => asNumber(orThrow(reply)) !== null)
}
