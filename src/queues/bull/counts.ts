import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { type Reply, send } from '../../redis/send.js'
import type { Counting, QueueCounts, Waiter } from '../bull-common/counts.js'
import { dueAt } from '../bull-common/summary.js'
import { COUNTS_SCRIPT } from './counts-script.js'
import { isBullmqs, ownerCommands } from './owner.js'

export interface BullCounts extends QueueCounts {
  readonly isBullmqs: boolean
}

export const COUNTING: Counting<BullCounts> = {
  script: COUNTS_SCRIPT,
  counts: countsOf,
  commands: countCommands,
  joined: (values) => [...values.slice(0, 10), asList(values[10]).flat()[1]],
  waiterKeys,
  waiterFields: ['timestamp', 'processedOn', 'retriedOn', 'attemptsMade', 'opts'],
  // A manual retry deletes the start time of a job and stores the time of the retry.
  waiterParts: ([addedAt, startedAt, retriedAt, attempts, options]) => [
    addedAt,
    startedAt ?? retriedAt,
    attempts,
    options,
  ],
}

function countsOf(values: readonly unknown[], waiters: readonly Waiter[]): BullCounts {
  const numbers = values.map(asNumber)
  const at = (index: number) => numbers[index] ?? 0
  return {
    wait: at(0),
    pausedList: at(1),
    active: at(2),
    prioritized: 0,
    delayed: at(3),
    waitingChildren: 0,
    completed: at(4),
    failed: at(5),
    lastId: numbers[6] ?? null,
    isPaused: at(7) === 1,
    isBullmqs: isBullmqs(values[8], values[9]),
    due: dueAt(numbers[10] ?? null),
    waiters,
  }
}

const URGENT = 11
const FIRST_WAITERS = 12

function countCommands(base: string): Command[] {
  return [
    ['llen', `${base}wait`],
    ['llen', `${base}paused`],
    ['llen', `${base}active`],
    ['zcard', `${base}delayed`],
    ['zcard', `${base}completed`],
    ['zcard', `${base}failed`],
    ['get', `${base}id`],
    ['exists', `${base}meta-paused`],
    ...ownerCommands(base),
    ['zrange', `${base}delayed`, 0, 0, 'WITHSCORES'],
    ['zcard', `${base}priority`],
    ['lrange', `${base}wait`, -3, -1],
    ['lrange', `${base}paused`, -3, -1],
  ]
}

/** The jobs at the tail, and the first without a priority. */
async function waiterKeys(
  connection: Connection,
  bases: readonly string[],
  replies: readonly (readonly Reply[])[],
): Promise<string[][]> {
  const plain = await send(
    connection,
    bases.map((base, index): Command => {
      const wait = asNumber(replies[index]?.[0]?.value) ?? 0
      const urgent = asNumber(replies[index]?.[URGENT]?.value) ?? 0
      return ['lindex', `${base}${wait > 0 ? 'wait' : 'paused'}`, -(urgent + 1)]
    }),
  )
  return bases.map((base, index) => {
    const tails = (replies[index] ?? []).slice(FIRST_WAITERS).flatMap(({ value }) => asList(value))
    return [...tails, plain[index]?.value].flatMap((id) => (asText(id) === null ? [] : [base + asText(id)]))
  })
}
