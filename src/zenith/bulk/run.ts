import { type JobOutcome, MAX_MESSAGE_CHARS } from '../../protocol/index.js'
import { cut } from '../../protocol/read.js'
import { withTimeout } from '../monitor/wait.js'
import type { ConnectedQueue } from '../queues/directory.js'
import { sourceErrorInWords } from '../queues/source-error.js'
import type { Operation } from './operation.js'
import { Pace } from './pace.js'
import { aTurn } from './turn.js'
import type { WorkPart } from './work-list.js'

/** What takes longer counts as failed, ms; whether it was done is not known. */
const CALL_WITHIN_MS = 30_000

const UNKNOWN = 'It is not known whether this was done.'
const FAILED = 'Not done: the operation failed before.'

/** Does it, part by part. Never rejects: what goes wrong is in the operation, and what was done stays done. */
export async function run(operation: Operation): Promise<void> {
  const { work } = operation
  try {
    for (const part of work.parts) await runPart(operation, part)
  } catch (error) {
    finishRest(operation, FAILED)
    operation.end('failed', cut(sourceErrorInWords(error), MAX_MESSAGE_CHARS))
    return
  }
  if (operation.stop) finishRest(operation, `Not done: ${operation.stop.reason}.`)
  operation.end(operation.stop?.as ?? 'done')
}

function finishRest(operation: Operation, reason: string): void {
  const count = operation.work.settleRest(reason)
  operation.notDone = count === 0 ? null : { count, reason }
}

async function runPart(operation: Operation, { queue, ids }: WorkPart): Promise<void> {
  const pace = new Pace()
  let next = 0
  while (next < ids.length && !operation.stop) {
    const from = next
    const chunk = ids.slice(from, from + pace.size)
    operation.work.settle(queue, from, await pace.measure(() => attempt(operation, queue, chunk, from)))
    next += chunk.length
    await aTurn()
  }
}

async function attempt(operation: Operation, queue: ConnectedQueue, ids: readonly string[], from: number) {
  try {
    const outcomes = await withTimeout(call(operation, queue, ids), CALL_WITHIN_MS)
    return ids.map((id, index) => withoutId(outcomes[index] ?? unknown(id)))
  } catch (error) {
    operation.work.settle(queue, from, ids.map(unknown))
    throw error
  }
}

async function call({ action }: Operation, { address, source }: ConnectedQueue, ids: readonly string[]) {
  const outcomes: readonly JobOutcome[] = (await source[action]?.(address, ids)) ?? []
  return outcomes
}

const UUID = / [\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/gi

/** Reasons are counted: an id in them, of the job itself or of its retry, would make each of them another. */
function withoutId({ id, ok, reason }: JobOutcome): JobOutcome {
  return { id, ok, reason: reason?.replaceAll(`job ${id}`, 'the job').replace(UUID, '') ?? null }
}

function unknown(id: string): JobOutcome {
  return { id, ok: false, reason: UNKNOWN }
}
