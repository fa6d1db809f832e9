import type { SchedulerEntry } from '../../protocol/index.js'
import { inBatches, withTimeout } from '../monitor/wait.js'
import type { ConnectedQueue } from '../queues/directory.js'
import { sourceErrorInWords } from '../queues/source-error.js'
import { type KeptScheduler, keyOf } from './kept-schedulers.js'
import type { Scheduler } from './scheduler.js'

/** How many queues are asked at the same time, and how long one may take, ms. */
const AT_ONCE = 8
const ANSWER_WITHIN_MS = 5_000

export interface SchedulerList {
  readonly schedulers: readonly Scheduler[]
  /** Queues that could not be read, and why. What is kept of theirs is left out: whether it is there again is not known. */
  readonly failed: readonly { readonly key: string; readonly error: string }[]
}

function hasSchedulers({ source }: ConnectedQueue): boolean {
  return source.schedulers !== undefined && source.capabilities.includes('schedulers')
}

/** What queues have and what is kept of them. A queue that can't be read hides no other. */
export async function listSchedulers(
  queues: readonly ConnectedQueue[],
  kept: ReadonlyMap<string, KeptScheduler>,
): Promise<SchedulerList> {
  const found = new Map<string, readonly Scheduler[]>()
  const failed: { key: string; error: string }[] = []
  await inBatches(queues.filter(hasSchedulers), AT_ONCE, async (queue) => {
    try {
      found.set(queue.key, join(queue, await readSchedulers(queue), kept))
    } catch (error) {
      failed.push({ key: queue.key, error: sourceErrorInWords(error) })
    }
  })
  return { schedulers: queues.flatMap(({ key }) => found.get(key) ?? []), failed }
}

/** Rejects when the queue's system does not answer. */
export async function readSchedulers({ address, source }: ConnectedQueue): Promise<readonly SchedulerEntry[]> {
  const entries = source.schedulers?.(address)
  return entries ? withTimeout(entries, ANSWER_WITHIN_MS) : []
}

function join(
  queue: ConnectedQueue,
  entries: readonly SchedulerEntry[],
  kept: ReadonlyMap<string, KeptScheduler>,
): readonly Scheduler[] {
  const there = new Set(entries.map(({ id }) => keyOf(queue.key, id)))
  const away = [...kept].filter(([key, one]) => one.queue === queue.key && !there.has(key))
  return [
    ...entries.map((entry) => ({ queue, entry, kept: kept.get(keyOf(queue.key, entry.id)) ?? null })),
    ...away.map(([, one]) => ({ queue, entry: null, kept: one })),
  ]
}
