import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import type { Reply } from '../../redis/send.js'
import type { Counting, QueueCounts, Waiter } from '../bull-common/counts.js'
import { dueAt } from '../bull-common/summary.js'
import { COUNTS_SCRIPT } from './counts-script.js'

export interface BullmqCounts extends QueueCounts {
  readonly version: string | null
  readonly concurrency: number | null
}

export const COUNTING: Counting<BullmqCounts> = {
  script: COUNTS_SCRIPT,
  counts: countsOf,
  commands: countCommands,
  joined: (values) => [...values.slice(0, 9), ...asList(values[9]), asList(values[10]).flat()[1]],
  waiterKeys,
  waiterFields: ['timestamp', 'processedOn', 'atm', 'attemptsMade', 'opts'],
  waiterParts: ([addedAt, startedAt, made, madeOnce, options]) => [addedAt, startedAt, made ?? madeOnce, options],
}

function countsOf(values: readonly unknown[], waiters: readonly Waiter[]): BullmqCounts {
  const numbers = values.map(asNumber)
  const at = (index: number) => numbers[index] ?? 0
  return {
    wait: at(0),
    pausedList: at(1),
    active: at(2),
    prioritized: at(3),
    delayed: at(4),
    waitingChildren: at(5),
    completed: at(6),
    failed: at(7),
    lastId: numbers[8] ?? null,
    isPaused: asText(values[9]) !== null,
    version: asText(values[10]),
    concurrency: numbers[11] ?? null,
    due: dueAt(numbers[12] ?? null),
    waiters,
  }
}

const FIRST_WAITERS = 11

function countCommands(base: string): Command[] {
  return [
    ['llen', `${base}wait`],
    ['llen', `${base}paused`],
    ['llen', `${base}active`],
    ['zcard', `${base}prioritized`],
    ['zcard', `${base}delayed`],
    ['zcard', `${base}waiting-children`],
    ['zcard', `${base}completed`],
    ['zcard', `${base}failed`],
    ['get', `${base}id`],
    ['hmget', `${base}meta`, 'paused', 'version', 'concurrency'],
    ['zrange', `${base}delayed`, 0, 0, 'WITHSCORES'],
    ['lrange', `${base}wait`, -3, -1],
    ['lrange', `${base}paused`, -3, -1],
    ['zrange', `${base}prioritized`, 0, 0],
  ]
}

/** The jobs at the tails, and the most urgent one. */
async function waiterKeys(
  _: Connection,
  bases: readonly string[],
  replies: readonly (readonly Reply[])[],
): Promise<string[][]> {
  return bases.map((base, index) => {
    const waiters = (replies[index] ?? []).slice(FIRST_WAITERS)
    return waiters.flatMap(({ value }) => asList(value).map((id) => `${base}${asText(id)}`))
  })
}
