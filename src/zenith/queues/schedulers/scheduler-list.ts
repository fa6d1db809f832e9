import type { SchedulerListing } from '../../../api/schedulers.js'
import { inBatches, withTimeout } from '../../../lib/async.js'
import type { SchedulerEntry } from '../../../protocol/index.js'
import type { ConnectedQueue } from '../directory.js'
import { sourceErrorInWords } from '../monitor/source-error.js'
import { keyOf, type PausedScheduler, type PausedSchedulerListing } from './paused-schedulers.js'
import type { Scheduler } from './scheduler.js'

/** How many queues are asked at the same time, and how long one may take, ms. */
const AT_ONCE = 8
const ANSWER_WITHIN_MS = 5_000

export interface SchedulerList {
  readonly schedulers: readonly Scheduler[]
  /** Queues that have more than are listed, and how many of how many are. */
  readonly partial: SchedulerListing['partial']
  /** Queues that could not be read, and why. What is kept of theirs is left out: whether it is there again is not known. */
  readonly failed: readonly { readonly key: string; readonly error: string }[]
  /** What is kept and not signed as it should be, and how much is kept that was not read. */
  readonly untrusted: PausedSchedulerListing['untrusted']
  readonly leftOut: number
}

function hasSchedulers({ source }: ConnectedQueue): boolean {
  return source.schedulers !== undefined && source.capabilities.includes('schedulers')
}

/** What queues have and what is kept of them. A queue that can't be read hides no other. */
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

/** Rejects when the queue's system does not answer. */
export async function readSchedulers({ address, source }: ConnectedQueue): Promise<readonly SchedulerEntry[]> {
  const entries = source.schedulers?.(address)
  return entries ? withTimeout(entries, ANSWER_WITHIN_MS) : []
}

/** Null when there is none of that id. Rejects when the queue's system does not answer. */
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
