import type { SchedulerListing } from '../../../api/schedulers.js'
import { inBatches, withTimeout } from '../../../lib/async.js'
import type { SchedulerEntry } from '../../../protocol/index.js'
import type { ConnectedQueue } from '../directory.js'
import { sourceErrorInWords } from '../monitor/source-error.js'
import { keyOf, type PausedScheduler, type PausedSchedulerListing } from './paused-schedulers.js'
import type { Scheduler } from './scheduler.js'

/** Queues to read at the same time, and the time-out of each, ms. */
const AT_ONCE = 8
const ANSWER_WITHIN_MS = 5_000

export interface SchedulerList {
  readonly schedulers: readonly Scheduler[]
  /** Queues with more schedulers than the limit, with the number listed and the total. */
  readonly partial: SchedulerListing['partial']
  /** Queues that could not be read, and why. Their stored schedulers are left out: whether the app has registered them again is unknown. */
  readonly failed: readonly { readonly key: string; readonly error: string }[]
  /** Stored documents without a valid signature, and the number of those not read. */
  readonly untrusted: PausedSchedulerListing['untrusted']
  readonly leftOut: number
}

function hasSchedulers({ source }: ConnectedQueue): boolean {
  return source.schedulers !== undefined && source.capabilities.includes('schedulers')
}

/** Schedulers of queues together with stored ones. The error of one queue hides no other. */
export async function listSchedulers(
  queues: readonly ConnectedQueue[],
  { all: paused, untrusted, leftOut }: PausedSchedulerListing,
): Promise<SchedulerList> {
  const found = new Map<string, readonly Scheduler[]>()
  const partial: { key: string; looked: number; total: number }[] = []
  const failed: { key: string; error: string }[] = []
  await inBatches(queues.filter(hasSchedulers), AT_ONCE, async (queue) => {
    try {
      const entries = await readSchedulers(queue)
      const omitted = await countOmitted(queue)
      found.set(queue.key, join(queue, entries, paused))
      if (omitted > 0) partial.push({ key: queue.key, looked: entries.length, total: entries.length + omitted })
    } catch (error) {
      failed.push({ key: queue.key, error: sourceErrorInWords(error) })
    }
  })
  return { schedulers: queues.flatMap(({ key }) => found.get(key) ?? []), partial, failed, untrusted, leftOut }
}

/** Rejects if the queue's system does not answer. */
export async function readSchedulers({ address, source }: ConnectedQueue): Promise<readonly SchedulerEntry[]> {
  const entries = source.schedulers?.(address)
  return entries ? withTimeout(entries, ANSWER_WITHIN_MS) : []
}

/** Null if there is none with this id. Rejects if the queue's system does not answer. */
export async function readScheduler(queue: ConnectedQueue, id: string): Promise<SchedulerEntry | null> {
  const { address, source } = queue
  if (source.scheduler) return withTimeout(source.scheduler(address, id), ANSWER_WITHIN_MS)
  return (await readSchedulers(queue)).find((entry) => entry.id === id) ?? null
}

async function countOmitted({ address, source }: ConnectedQueue): Promise<number> {
  const omitted = source.omittedSchedulers?.(address)
  return omitted ? withTimeout(omitted, ANSWER_WITHIN_MS) : 0
}

function join(
  queue: ConnectedQueue,
  entries: readonly SchedulerEntry[],
  paused: ReadonlyMap<string, PausedScheduler>,
): readonly Scheduler[] {
  const there = new Set(entries.map(({ id }) => keyOf(queue.key, id)))
  const away = [...paused].filter(([key, one]) => one.queue === queue.key && !there.has(key))
  return [
    ...entries.map((entry) => ({ queue, entry, paused: paused.get(keyOf(queue.key, entry.id)) ?? null })),
    ...away.map(([, one]) => ({ queue, entry: null, paused: one })),
  ]
}
