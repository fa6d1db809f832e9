import { inBatches, nextTurn, withTimeout } from '../../../lib/async.js'
import { type JobOutcome, MAX_MESSAGE_CHARS } from '../../../protocol/index.js'
import { cut } from '../../../protocol/read.js'
import { storeErrorInWords } from '../../store/store-error.js'
import type { ConnectedQueue } from '../directory.js'
import { outcomeView } from '../jobs/job-view.js'
import { sourceErrorInWords } from '../monitor/source-error.js'
import { type Journal, LostError } from './journal.js'
import type { Operation } from './operation.js'
import { Pace } from './pace.js'
import { markOf } from './selection.js'
import { FIRST_REASON, PENDING, placesWith, UNKNOWN, type WorkPart } from './work-list.js'

/** A longer call counts as failed, ms; whether it was done is unknown. */
const CALL_WITHIN_MS = 30_000
/** Bounds the jobs whose result is unknown when this Zenith ends unexpectedly. */
const MAX_AT_ONCE = 200

const FAILED = 'Not done: the operation failed before.'
const INTERRUPTED = 'Not done: the operation was interrupted before.'

/**
 * Runs the operation, part by part. Never rejects: an error is set on the operation.
 *
 * @param refuse rejects with an `ApiError` when nothing may be changed any more; asked before each call
 */
export async function run(
  operation: Operation,
  journal: Pick<Journal, 'recordIntent'>,
  refuse: () => Promise<void>,
): Promise<void> {
  const { work } = operation
  try {
    await settleDoubts(operation)
    for (const part of work.parts) await runPart(operation, part, { journal, refuse })
  } catch (error) {
    endEarly(operation, error)
    return
  }
  if (operation.stop) finishRest(operation, `Not done: ${operation.stop.reason}.`)
  operation.end(operation.stop?.as ?? 'done')
}

/** The progress can't be recorded any more, or nothing may be changed: the operation must stop, and can be resumed. */
class InterruptedError extends Error {}

function endEarly(operation: Operation, error: unknown): void {
  const isInterrupted = error instanceof InterruptedError
  finishRest(operation, isInterrupted ? INTERRUPTED : FAILED)
  const words = isInterrupted ? error.message : sourceErrorInWords(error)
  operation.end(isInterrupted ? 'interrupted' : 'failed', cut(words, MAX_MESSAGE_CHARS))
}

function finishRest(operation: Operation, reason: string): void {
  const count = operation.work.settleRest(reason)
  operation.notDone = count === 0 ? null : { count, reason }
}

interface RunningParts {
  readonly journal: Pick<Journal, 'recordIntent'>
  readonly refuse: () => Promise<void>
}

async function runPart(operation: Operation, part: WorkPart, { journal, refuse }: RunningParts): Promise<void> {
  const pace = new Pace(MAX_AT_ONCE)
  const open = placesWith(part.fates, PENDING)
  for (let next = 0; next < open.length && !operation.stop; ) {
    await refuse().catch((error) => {
      throw new InterruptedError(error instanceof Error ? error.message : String(error))
    })
    const places = open.slice(next, next + pace.size)
    await journal.recordIntent(part, places).catch((error) => {
      throw new InterruptedError(error instanceof LostError ? error.message : storeErrorInWords(error))
    })
    if (operation.stop) return
    const outcomes = await pace.measure(() => attempt(operation, part, places))
    operation.work.settle(part.queue, places, outcomes)
    next += places.length
    await nextTurn()
  }
}

async function attempt(operation: Operation, { queue, ids }: WorkPart, places: readonly number[]) {
  const chosen = places.map((place) => ids[place] ?? '')
  try {
    const outcomes = await withTimeout(call(operation, queue, chosen), CALL_WITHIN_MS)
    return chosen.map((id, index) => withoutId(outcomes[index] ?? unknown(id)))
  } catch (error) {
    operation.work.settle(queue, places, chosen.map(unknown))
    throw error
  }
}

async function call({ action }: Operation, { address, source }: ConnectedQueue, ids: readonly string[]) {
  const outcomes: readonly JobOutcome[] = (await source[action]?.(address, ids)) ?? []
  return outcomes
}

const UUID = / [\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/gi

/** Reasons are counted by their text: ids in them, of the job or of its retry, would make each one distinct. */
function withoutId(outcome: JobOutcome): JobOutcome {
  const { id, ok, reason, isUnknown } = outcomeView(outcome)
  if (isUnknown) return unknown(id)
  return { id, ok, reason: reason?.replaceAll(`job ${id}`, 'the job').replace(UUID, '') ?? null }
}

function unknown(id: string): JobOutcome {
  return { id, ok: false, reason: UNKNOWN }
}

/** Few: each lookup loads a whole job, which may be large. */
const LOOKED_UP_AT_ONCE = 5
const ANSWER_WITHIN_MS = 10_000

/**
 * Checks jobs whose result is unknown. Those that did not change since are pending again. The others stay unknown: it is worse to act on a
 * job twice than to leave one to be checked by hand. Rejects when the queue's system does not answer.
 */
async function settleDoubts(operation: Operation): Promise<void> {
  for (const part of operation.work.parts) {
    const untouched: number[] = []
    await inBatches(placesWith(part.fates, FIRST_REASON), LOOKED_UP_AT_ONCE, async (place) => {
      if (!operation.stop && (await isUntouched(operation, part, place))) untouched.push(place)
    })
    operation.work.reopen(part.queue, untouched)
  }
}

async function isUntouched({ action, selection }: Operation, part: WorkPart, place: number): Promise<boolean> {
  const { address, source } = part.queue
  const asked = source.job?.(address, part.ids[place] ?? '')
  const job = asked ? await withTimeout(asked, ANSWER_WITHIN_MS) : null
  if (job?.state !== selection.state) return false
  const mark = part.marks[place] ?? null
  // Removing a job that is still there is harmless, however it came back.
  return mark === null ? action === 'remove' : markOf(job) === mark
}
