import type { SchedulerSnapshot } from '../../protocol/index.js'
import { asNumber, asText } from '../../redis/replies.js'
import { baseOf } from '../bull-common/keys.js'
import { parseObject } from '../bull-common/options.js'
import { notPossible } from '../shared/conditions.js'
import { changeFields, fieldText } from '../shared/json-fields.js'
import { orThrow, readServerTime } from '../shared/redis.js'
import type { ActionPlace } from './actions.js'
import type { Turns } from './package/turns.js'
import { RESTORE_SCHEDULER } from './scheduler-scripts.js'
import { scriptsDenied } from './scheduler-snapshot.js'
import { checkTurns, turnsOf } from './scheduler-turns.js'
import { jobIdOf, repeatOf, type StoredScheduler, storedOf } from './stored-scheduler.js'

/** Most turns to skip because other jobs have their ids. */
const MAX_TURNS = 50

/**
 * Restores a scheduler with its next job. A turn that has passed, or whose id another job has, is skipped.
 *
 * @returns false if the queue has a scheduler with its id, which stays
 * @throws if there is no turn left, or if Redis refuses it
 */
export async function restoreScheduler(
  place: ActionPlace,
  queue: string,
  snapshot: SchedulerSnapshot,
): Promise<boolean> {
  const stored = storedOf(snapshot)
  // A job that was already due was not removed: it still exists, or has run.
  const isTaken = stored.due !== null
  const turns = await turnsOf(place, queue, stored)
  const now = await readServerTime(place.connection)
  let attempt = isTaken && stored.next > now ? stored : { ...stored, job: new Map<string, string>() }
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const answer = await putBack(place, queue, attempt)
    if (answer === 'done') return true
    if (answer === 'there') return false
    if (turn === 0) await checkTurns(turns, stored)
    attempt = await atNextTurn(turns, stored, { after: Math.max(attempt.next, now), now })
  }
  throw notPossible(`The next ${MAX_TURNS} turns of the scheduler "${stored.id}" are taken by other jobs`)
}

async function putBack(
  { scripts, prefix }: ActionPlace,
  queue: string,
  { id, next, due, hash, job }: StoredScheduler,
): Promise<string | null> {
  const base = baseOf(prefix, queue)
  const jobId = jobIdOf(id, next)
  const named = ['delayed', 'events', jobId, 'marker', 'id', 'prioritized', 'wait', 'paused'].map((key) => base + key)
  const own = [...hash].flat()
  const args = [id, next, jobId, due ?? next, own.length, ...own, ...[...job].flat()]
  const reply = await scripts.run(RESTORE_SCHEDULER, [`${base}repeat`, `${base}repeat:${id}`, ...named], args)
  if (!reply) throw scriptsDenied()
  return asText(orThrow(reply))
}

/** By the clock of the queue's Redis, Unix ms. */
interface TurnTime {
  readonly after: number
  readonly now: number
}

/** @throws if there is no turn after that time */
async function atNextTurn(turns: Turns, stored: StoredScheduler, { after, now }: TurnTime): Promise<StoredScheduler> {
  const { id, hash, job } = stored
  const hasRun = stored.due === null
  const count = asNumber(repeatOf(job).count) ?? 1
  const limit = asNumber(hash.get('limit'))
  if (hasRun && limit !== null && count >= limit)
    throw notPossible(`The scheduler "${id}" has made all of its ${limit} runs`)
  const next = await turns(after)
  const until = asNumber(hash.get('endDate'))
  if (next === null || (until !== null && now > until)) throw notPossible(`The scheduler "${id}" has come to its end`)
  const due = next + (stored.due === null ? 0 : stored.due - stored.next)
  return {
    id,
    next,
    due,
    hash: hasRun ? new Map(hash).set('ic', String((asNumber(hash.get('ic')) ?? 1) + 1)) : hash,
    job: jobAt(job, { id, next, due, count: hasRun ? count + 1 : count, now }),
  }
}

/** Fields that define a job; the others are results of running it. */
const MADE_OF = ['name', 'data', 'opts', 'priority', 'rjk', 'deid']

/** A job like the next one, for another turn: BullMQ makes the following one from its options. */
function jobAt(job: StoredScheduler['job'], { id, next, due, count, now: timestamp }: Turn): Map<string, string> {
  const delay = Math.max(0, due - timestamp)
  const options = job.get('opts') ?? ''
  if (!parseObject(options)) throw notPossible(`The next job of the scheduler "${id}" has no readable options`)
  const repeat = changeFields(fieldText(options, 'repeat') ?? '{}', { set: jsonOf({ count }) })
  const ofTurn = jsonOf({ jobId: jobIdOf(id, next), delay, timestamp, prevMillis: next })
  return new Map([
    ...[...job].filter(([field]) => MADE_OF.includes(field)),
    ['opts', changeFields(options, { set: new Map([['repeat', repeat], ...ofTurn]) })],
    ['timestamp', String(timestamp)],
    ['delay', String(delay)],
  ])
}

interface Turn {
  readonly id: string
  readonly next: number
  readonly due: number
  /** The job's number. */
  readonly count: number
  /** By the clock of the queue's Redis, Unix ms. */
  readonly now: number
}

function jsonOf(values: Readonly<Record<string, unknown>>): Map<string, string> {
  return new Map(Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)]))
}
