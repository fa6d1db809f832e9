import { performance } from 'node:perf_hooks'
import { inBatches, nextTurn, withTimeout } from '../../../lib/async.js'
import type { JobScan, JobScanQuery } from '../../../ports/index.js'
import { type JobDetail, type JobSummary, MAX_MESSAGE_CHARS } from '../../../protocol/index.js'
import { cut } from '../../../protocol/read.js'
import type { ConnectedQueue } from '../directory.js'
import { sourceErrorInWords } from '../monitor/source-error.js'
import type { Operation, Target } from './operation.js'
import { Pace } from './pace.js'
import { markOf, matching, misfitOf } from './selection.js'
import { unscannedJobs } from './unscanned-jobs.js'

/** Most jobs of one operation, and most jobs that are scanned to find them. */
export const MAX_JOBS = 100_000
const MAX_LOOKED = 1_000_000
const ANSWER_WITHIN_MS = 10_000
/** Few: each lookup loads a whole job, which may be large. */
const LOOKED_UP_AT_ONCE = 5

/**
 * Lists the jobs of an operation and changes nothing. Never rejects: an error is set on the operation.
 *
 * @param listed called once all jobs are listed; the operation is ready when it resolves. Must not reject.
 */
export async function dryRun(operation: Operation, listed: () => Promise<void>): Promise<void> {
  try {
    for (const target of operation.targets) {
      if (operation.stop) break
      await (operation.selection.ids ? lookUp(operation, target, operation.selection.ids) : scan(operation, target))
    }
    if (operation.selection.ids) operation.total = null
    if (!operation.stop) await listed()
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
  const before = operation.looked
  const since = performance.now()
  let cursor: string | null = null
  do {
    if (isFull(operation)) {
      operation.isPartial = true
      break
    }
    const from: string | null = cursor
    const part: JobScan = await pace.measure((limit) =>
      partOf(target.queue, { state: selection.state, asOf, cursor: from, limit }),
    )
    await take(part.jobs)
    cursor = part.cursor
    await nextTurn()
  } while (cursor !== null && !operation.stop)
  const looked = operation.looked - before
  noteUnscanned(
    operation,
    await unscannedJobs(target.queue, {
      state: selection.state,
      asOf,
      since,
      looked,
      isWhole: cursor === null && !operation.stop,
    }),
  )
}

/** Reports unscanned jobs, too: 0 of 5,000 must not look like an empty queue. */
function noteUnscanned(operation: Operation, { total, reason }: Awaited<ReturnType<typeof unscannedJobs>>): void {
  operation.total = total === null || operation.total === null ? null : operation.total + total
  if (reason) operation.notEligible.addOwn(reason.reason, reason.count)
}

async function partOf({ address, source }: ConnectedQueue, query: JobScanQuery): Promise<JobScan> {
  const part = source.scan?.(address, query)
  return part ? withTimeout(part, ANSWER_WITHIN_MS) : { jobs: [], cursor: null }
}

function isFull({ work, looked }: Operation): boolean {
  return work.size >= MAX_JOBS || looked >= MAX_LOOKED
}

/** Adds eligible jobs to the work list, and counts why other matching jobs are not eligible. */
function takerOf(operation: Operation, { queue, obstacle }: Target): (jobs: readonly JobSummary[]) => Promise<void> {
  const { action, selection, work, notEligible } = operation
  return async (jobs) => {
    operation.looked += jobs.length
    const eligible = (await matching(selection, jobs)).filter(({ state }) => {
      const reason = obstacle ?? misfitOf(action, state)
      if (reason !== null) notEligible.add(reason)
      return reason === null
    })
    const room = MAX_JOBS - work.size
    if (eligible.length > room) operation.isPartial = true
    const taken = eligible.slice(0, room)
    work.add(
      queue,
      taken.map(({ id }) => id),
      taken.map(markOf),
    )
  }
}

/** Looks up jobs that are selected by id. */
async function lookUp(operation: Operation, target: Target, ids: readonly string[]): Promise<void> {
  const { state } = operation.selection
  const take = takerOf(operation, target)
  const unique = [...new Set(ids)]
  const found = new Map<string, JobDetail | null>()
  await inBatches(unique, LOOKED_UP_AT_ONCE, async (id) => {
    if (!operation.stop) found.set(id, await jobOf(target.queue, id))
  })
  for (const id of unique) {
    const job = found.get(id)
    if (job?.state === state) await take([{ ...job, state }])
    else if (job !== undefined) skip(operation, job)
  }
}

function skip(operation: Operation, job: JobDetail | null): void {
  operation.looked += 1
  operation.notEligible.add(job === null ? 'The job is gone.' : 'The job is in another state now.')
}

async function jobOf({ address, source }: ConnectedQueue, id: string): Promise<JobDetail | null> {
  const job = source.job?.(address, id)
  return job ? withTimeout(job, ANSWER_WITHIN_MS) : null
}
