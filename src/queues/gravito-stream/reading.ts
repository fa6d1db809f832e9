import type { QueueReading } from '../../ports/index.js'
import type { Fields } from '../../protocol/read.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asNumber, asScored, asText } from '../../redis/replies.js'
import type { Reply } from '../../redis/send.js'
import { ageOf, countsOf, earliest, type QueueKind, readingOf } from '../shared/readings.js'
import { isAboutKey, orThrow, sendInPortions } from '../shared/redis.js'
import { refusalInWords } from '../shared/refusals.js'
import { createdAtOf } from './entry.js'
import { type Layout, MAX_FAILED, PRIORITIES } from './layout.js'

/** Number of commands for each list of a queue. */
const ASKED_OF_LIST = 5
const ASKED = PRIORITIES.length * ASKED_OF_LIST + 1

/** Reads queues together. @throws RedisError if Redis does not answer */
export async function readQueues(
  connection: Connection,
  layout: Layout,
  kind: QueueKind,
  names: readonly string[],
): Promise<QueueReading[]> {
  const now = Date.now()
  const replies = await sendInPortions(
    connection,
    names.flatMap((name) => commandsOf(layout, name, now)),
  )
  for (const reply of replies) if (!isAboutKey(reply)) orThrow(reply)
  return names.map((name, index) => readQueue(kind, name, replies.slice(index * ASKED, (index + 1) * ASKED), now))
}

function commandsOf(layout: Layout, name: string, now: number): Command[] {
  const ofLists = PRIORITIES.flatMap((priority): Command[] => [
    ['llen', layout.list(name, priority)],
    ['lindex', layout.list(name, priority), -1],
    ['zcard', layout.delayed(name, priority)],
    // Only if it is due already: a payload may be large.
    ['zrangebyscore', layout.delayed(name, priority), '-inf', now, 'WITHSCORES', 'LIMIT', 0, 1],
    ['get', layout.paused(name, priority)],
  ])
  return [...ofLists, ['llen', layout.failed(name)]]
}

function readQueue(kind: QueueKind, name: string, replies: readonly Reply[], now: number): QueueReading {
  const wrong = replies.find((reply) => reply.error)?.error
  if (wrong) {
    const isType = wrong.code === 'WRONGTYPE'
    return readingOf(kind, name, {
      error: isType ? 'A key of this queue holds something else (WRONGTYPE)' : refusalInWords(wrong),
    })
  }
  const values = replies.map(({ value }) => value)
  const each = <T>(place: number, read: (value: unknown) => T) =>
    PRIORITIES.map((_, index) => read(values[index * ASKED_OF_LIST + place]))
  const lengths = each(0, count)
  const flags = each(4, (value) => asText(value) === '1')
  const failed = count(values.at(-1))
  return readingOf(kind, name, {
    metrics: countsOf({ waiting: sum(lengths), delayed: sum(each(2, count)), failed }),
    paused: flags[PRIORITIES.indexOf('')] ?? null,
    oldestMs: ageOf(earliest(each(1, (value) => createdAtOf(asText(value)))), now),
    overdueMs: ageOf(earliest(each(3, (value) => asScored(value)[0]?.score ?? null)), now),
    meta: metaOf(lengths, flags, failed),
  })
}

/** Details that the counts do not show; null if there are none. */
function metaOf(lengths: readonly number[], flags: readonly boolean[], failed: number): Fields | null {
  const meta: Record<string, unknown> = {}
  for (const [index, priority] of PRIORITIES.entries())
    if (priority !== '' && lengths[index]) meta[`waiting ${priority}`] = lengths[index]
  const paused = PRIORITIES.filter((_, index) => flags[index]).map((priority) => priority || 'default')
  // Workers check the flag of each list: a queue with one list paused continues with the others.
  if (paused.length > 0 && paused.length < PRIORITIES.length) meta['paused lists'] = paused.join(', ')
  if (failed >= MAX_FAILED) meta['failed jobs'] = `the newest ${MAX_FAILED} alone are kept: older ones are lost`
  return Object.keys(meta).length > 0 ? meta : null
}

const count = (value: unknown): number => asNumber(value) ?? 0

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
