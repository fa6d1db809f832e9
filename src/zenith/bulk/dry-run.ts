import type { JobScan, JobScanQuery } from '../../ports.js'
import { type JobSummary, MAX_MESSAGE_CHARS } from '../../protocol/index.js'
import { cut } from '../../protocol/read.js'
import { inBatches, withTimeout } from '../monitor/wait.js'
import type { ConnectedQueue } from '../queues/directory.js'
import { sourceErrorInWords } from '../queues/source-error.js'
import type { Operation, Target } from './operation.js'
import { Pace } from './pace.js'
import { matcherOf, misfitOf } from './selection.js'
import { aTurn } from './turn.js'

/** How many jobs one operation takes, and how many it looks at to find them. */
export const MAX_JOBS = 100_000
const MAX_LOOKED = 1_000_000
/** A queue's system may take so long for one answer, ms. */
const ANSWER_WITHIN_MS = 10_000
/** Whole jobs are looked up one by one, and may be large. */
const LOOKED_UP_AT_ONCE = 5

/** Finds out which jobs an operation is about and changes nothing. Never rejects: what goes wrong is in the operation. */
export async function dryRun(operation: Operation): Promise<void> {
  try {
    for (const target of operation.targets) {
      if (operation.stop) break
      await (operation.selection.ids ? lookUp(operation, target, operation.selection.ids) : scan(operation, target))
    }
    if (operation.stop) operation.end(operation.stop.as)
    else operation.phase = 'ready'
  } catch (error) {
    operation.end('failed', cut(`The jobs could not be listed: ${sourceErrorInWords(error)}`, MAX_MESSAGE_CHARS))
  }
}

async function scan(operation: Operation, target: Target): Promise<void> {
  const { selection, asOf } = operation
  const take = takerOf(operation, target)
  const pace = new Pace()
  let cursor: string | null = null
  do {
    if (isFull(operation)) {
      operation.isPartial = true
      return
    }
    const from: string | null = cursor
    const part: JobScan = await pace.measure((limit) =>
      partOf(target.queue, { state: selection.state, asOf, cursor: from, limit }),
    )
    take(part.jobs)
    cursor = part.cursor
    await aTurn()
  } while (cursor !== null && !operation.stop)
}

async function partOf({ address, source }: ConnectedQueue, query: JobScanQuery): Promise<JobScan> {
  const part = source.scan?.(address, query)
  return part ? withTimeout(part, ANSWER_WITHIN_MS) : { jobs: [], cursor: null }
}

function isFull({ work, looked }: Operation): boolean {
  return work.size >= MAX_JOBS || looked >= MAX_LOOKED
}

/** Sorts jobs into those that it is about, those that it is not about although they match, and the rest. */
function takerOf(operation: Operation, { queue, obstacle }: Target): (jobs: readonly JobSummary[]) => void {
  const { action, selection, work, notEligible } = operation
  const matches = matcherOf(selection)
  return (jobs) => {
    operation.looked += jobs.length
    const matching = jobs.filter(matches)
    const eligible = matching.filter(({ state }) => {
      const reason = obstacle ?? misfitOf(action, state)
      if (reason !== null) notEligible.add(reason)
      return reason === null
    })
    const room = MAX_JOBS - work.size
    if (eligible.length > room) operation.isPartial = true
    work.add(
      queue,
      eligible.slice(0, room).map(({ id }) => id),
    )
  }
}

/** Jobs that were chosen one by one. */
async function lookUp(operation: Operation, target: Target, ids: readonly string[]): Promise<void> {
  const { state } = operation.selection
  const take = takerOf(operation, target)
  const unique = [...new Set(ids)]
  const found = new Map<string, JobSummary | null>()
  await inBatches(unique, LOOKED_UP_AT_ONCE, async (id) => {
    if (!operation.stop) found.set(id, await jobOf(target.queue, id))
  })
  for (const id of unique) {
    const job = found.get(id)
    if (job?.state === state) take([job])
    else if (job !== undefined) leaveOut(operation, job)
  }
}

function leaveOut(operation: Operation, job: JobSummary | null): void {
  operation.looked += 1
  operation.notEligible.add(job === null ? 'The job is gone.' : 'The job is in another state now.')
}

async function jobOf({ address, source }: ConnectedQueue, id: string): Promise<JobSummary | null> {
  const job = source.job?.(address, id)
  return job ? withTimeout(job, ANSWER_WITHIN_MS) : null
}
