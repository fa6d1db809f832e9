import type { QueueMetrics } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asNumber, asScored, asText } from '../../redis/replies.js'
import type { Reply } from '../../redis/send.js'
import { ageOf, countsOf, earliest } from '../shared/readings.js'
import { isAboutKey, orThrow, sendInPortions } from '../shared/redis.js'
import { refusalInWords } from '../shared/refusals.js'
import { keysOf, type LaravelQueue } from './names.js'
import { readPayload } from './payload.js'

/** A polling worker checks for due jobs every few seconds: only after this time, ms, does a due job mean that there is no worker. */
const GRACE_MS = 5_000

/** The state of one queue according to its keys. */
export interface QueueCounts {
  readonly metrics: QueueMetrics
  readonly oldestMs: number | null
  readonly overdueMs: number | null
  /** Why they could not be read. */
  readonly error: string | null
}

interface Sizes {
  readonly queue: LaravelQueue
  readonly waiting: number
  readonly delayed: number
  readonly reserved: number
}

/** Reads counts in two rounds: the second skips what is empty. @throws RedisError if Redis does not answer */
export async function readCounts(
  connection: Connection,
  queues: readonly LaravelQueue[],
  now: number,
): Promise<Map<LaravelQueue, QueueCounts>> {
  const sizes = await readSizes(connection, queues)
  const heads = await readHeads(
    connection,
    sizes.filter((one): one is Sizes => !('error' in one)),
    now,
  )
  return new Map(
    sizes.map((one) => [
      one.queue,
      'error' in one ? unreadable(one.error) : { ...counted(one), ...heads.get(one.queue) },
    ]),
  )
}

function unreadable(error: string): QueueCounts {
  return { metrics: countsOf({}), oldestMs: null, overdueMs: null, error }
}

function counted({ waiting, delayed, reserved }: Sizes): QueueCounts {
  return { metrics: countsOf({ waiting, delayed, active: reserved }), oldestMs: null, overdueMs: null, error: null }
}

async function readSizes(connection: Connection, queues: readonly LaravelQueue[]) {
  const commands = queues.flatMap((queue): Command[] => {
    const keys = keysOf(queue)
    return [
      ['llen', keys.waiting],
      ['zcard', keys.delayed],
      ['zcard', keys.reserved],
    ]
  })
  const replies = await sendInPortions(connection, commands)
  return queues.map((queue, index): Sizes | { queue: LaravelQueue; error: string } => {
    const own = replies.slice(index * 3, index * 3 + 3)
    const error = firstError(own)
    if (error !== null) return { queue, error }
    const [waiting = 0, delayed = 0, reserved = 0] = own.map(({ value }) => asNumber(value) ?? 0)
    return { queue, waiting, delayed, reserved }
  })
}

/** Why this queue cannot be read. @throws RedisError if the error is not specific to the queue */
function firstError(replies: readonly Reply[]): string | null {
  const failed = replies.find(({ error }) => error !== null)
  if (!failed) return null
  if (!isAboutKey(failed)) orThrow(failed)
  return failed.error?.code === 'WRONGTYPE'
    ? 'A key of this queue holds another type of data than Laravel puts there'
    : failed.error && refusalInWords(failed.error)
}

async function readHeads(connection: Connection, sizes: readonly Sizes[], now: number) {
  const asked = sizes.flatMap(headCommands)
  const replies = await sendInPortions(
    connection,
    asked.map(({ command }) => command),
    200,
  )
  const times = new Map<LaravelQueue, { oldest: number | null; due: (number | null)[] }>()
  for (const [index, { queue, kind }] of asked.entries()) {
    const own = times.get(queue) ?? { oldest: null, due: [] }
    const value = replies[index]?.value
    if (kind === 'oldest') own.oldest = readPayload(asText(value) ?? '')?.waitsSince ?? null
    else own.due.push(dueAt(value))
    times.set(queue, own)
  }
  return new Map([...times].map(([queue, { oldest, due }]) => [queue, ages(oldest, earliest(due), now)]))
}

function headCommands({ queue, waiting, delayed, reserved }: Sizes) {
  const keys = keysOf(queue)
  const due = (key: string): Command => ['zrange', key, 0, 0, 'WITHSCORES']
  return [
    ...(waiting > 0 ? [{ queue, kind: 'oldest', command: ['lindex', keys.waiting, 0] as Command }] : []),
    ...(delayed > 0 ? [{ queue, kind: 'due', command: due(keys.delayed) }] : []),
    ...(reserved > 0 ? [{ queue, kind: 'due', command: due(keys.reserved) }] : []),
  ]
}

/** When the first job is due. Both sets are sorted by it: delayed jobs are due to start, reserved ones to be retried. */
function dueAt(reply: unknown): number | null {
  const [first] = asScored(reply)
  return first ? first.score * 1_000 : null
}

function ages(oldest: number | null, due: number | null, now: number) {
  const overdueMs = ageOf(due, now)
  return { oldestMs: ageOf(oldest, now), overdueMs: overdueMs !== null && overdueMs >= GRACE_MS ? overdueMs : null }
}
