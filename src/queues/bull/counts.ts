import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { RedisError } from '../../redis/errors.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { type Reply, send } from '../../redis/send.js'
import type { ScriptRunner } from '../bullmq/script.js'
import { dueAt } from '../bullmq/summary.js'
import { type Waiter, waiterOf } from '../bullmq/waiting-since.js'
import { COUNTS_SCRIPT } from './counts-script.js'
import { isBullmqs, ownerCommands } from './owner.js'

/** More of them and a call would keep the server from others for too long. */
const QUEUES_A_CALL = 200

/** A queue's state as Redis says it. */
export interface BullCounts {
  readonly wait: number
  readonly pausedList: number
  readonly active: number
  readonly delayed: number
  readonly completed: number
  readonly failed: number
  /** Jobs that were added since there is this queue. */
  readonly lastId: number | null
  readonly isPaused: boolean
  readonly isBullmqs: boolean
  /** When the first of the delayed is due, ms. */
  readonly due: number | null
  readonly waiters: readonly Waiter[]
}

export interface CountsReading {
  /** By the server's clock, ms. */
  readonly now: number
  readonly counts: BullCounts | RedisError
}

/** Reads queues by what their keys begin with. */
export async function readCounts(
  connection: Connection,
  scripts: ScriptRunner,
  bases: readonly string[],
): Promise<CountsReading[]> {
  const readings: CountsReading[] = []
  for (let index = 0; index < bases.length; index += QUEUES_A_CALL) {
    const some = bases.slice(index, index + QUEUES_A_CALL)
    readings.push(...(await readSome(connection, scripts, some)))
  }
  return readings
}

async function readSome(
  connection: Connection,
  scripts: ScriptRunner,
  bases: readonly string[],
): Promise<CountsReading[]> {
  const reply = connection.isCluster ? null : await scripts.run(COUNTS_SCRIPT, [], bases)
  if (reply === null) return readByPipeline(connection, bases)
  if (reply.error) throw reply.error
  const [time, ...lists] = asList(reply.value)
  const now = asNumber(time) ?? Date.now()
  return bases.map((_, index) => ({ now, counts: parseCounts(lists[index], connection.where) }))
}

function parseCounts(value: unknown, where: string): BullCounts | RedisError {
  if (!Array.isArray(value)) return queueError(asText(value) ?? 'no answer', where)
  return countsOf(
    value,
    asList(value[11]).map((one) => waiterOf(asList(one))),
  )
}

/** @param values in the order of the script's answer */
function countsOf(values: readonly unknown[], waiters: readonly Waiter[]): BullCounts {
  const numbers = values.map(asNumber)
  const at = (index: number) => numbers[index] ?? 0
  return {
    wait: at(0),
    pausedList: at(1),
    active: at(2),
    delayed: at(3),
    completed: at(4),
    failed: at(5),
    lastId: numbers[6] ?? null,
    isPaused: at(7) === 1,
    isBullmqs: isBullmqs(values[8], values[9]),
    due: dueAt(numbers[10] ?? null),
    waiters,
  }
}

function queueError(text: string, where: string): RedisError {
  const code = /^-?([A-Z]{3,})\b/.exec(text)?.[1] ?? 'ERR'
  const what = code === 'WRONGTYPE' ? 'A key of the queue holds another type of data' : text.split(', sha')[0]
  return new RedisError(code, `${what} (${where}, ${code})`)
}

/** Where no script may run, and on a Cluster: the same commands one by one, in three turns. */
async function readByPipeline(connection: Connection, bases: readonly string[]): Promise<CountsReading[]> {
  const [time] = await send(connection, [['time']])
  if (time?.error) throw time.error
  const [seconds, micros] = asList(time?.value).map(asNumber)
  const now = (seconds ?? 0) * 1000 + Math.floor((micros ?? 0) / 1000)
  const commands = bases.map((base) => countCommands(base))
  const replies = inGroups(await send(connection, commands.flat()), commands[0]?.length ?? 1)
  const refusal = replies[0]?.[0]?.error
  if (refusal && replies.every((group) => group.every(({ error }) => error))) throw refusal
  const waiters = await readWaiters(connection, bases, replies)
  return bases.map((_, index) => ({ now, counts: joinCounts(replies[index] ?? [], waiters[index] ?? []) }))
}

/** Places of replies, in the order of the commands. */
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

function joinCounts(replies: readonly Reply[], waiters: readonly Waiter[]): BullCounts | RedisError {
  const bad = replies.find(({ error }) => error)
  if (bad?.error) return bad.error
  const values = replies.map(({ value }) => value)
  const due = asList(values[10]).flat()[1]
  return countsOf([...values.slice(0, 10), due], waiters)
}

/** The jobs at the tail, and the first without a priority. */
async function readWaiters(
  connection: Connection,
  bases: readonly string[],
  replies: readonly (readonly Reply[])[],
): Promise<Waiter[][]> {
  const plain = await send(
    connection,
    bases.map((base, index): Command => {
      const wait = asNumber(replies[index]?.[0]?.value) ?? 0
      const urgent = asNumber(replies[index]?.[URGENT]?.value) ?? 0
      return ['lindex', `${base}${wait > 0 ? 'wait' : 'paused'}`, -(urgent + 1)]
    }),
  )
  const jobs = bases.map((base, index) => {
    const tails = (replies[index] ?? []).slice(FIRST_WAITERS).flatMap(({ value }) => asList(value))
    return [...tails, plain[index]?.value].flatMap((id) => (asText(id) === null ? [] : [base + asText(id)]))
  })
  const commands = jobs.flat().map((key): Command => ['hmget', key, ...WAITER_FIELDS])
  const hashes = await send(connection, commands)
  let next = 0
  return jobs.map((keys) => keys.map(() => waiterOfHash(asList(hashes[next++]?.value))))
}

/** A retry by hand takes away when the job was started, and says when it came. */
const WAITER_FIELDS = ['timestamp', 'processedOn', 'attemptsMade', 'opts', 'retriedOn']

function waiterOfHash([timestamp, processedOn, attempts, options, retriedOn]: readonly unknown[]): Waiter {
  const delay = /"delay":(\d+)/.exec(asText(options) ?? '')?.[1] ?? null
  return waiterOf([timestamp, processedOn ?? retriedOn, attempts, delay])
}

function inGroups<T>(list: readonly T[], size: number): T[][] {
  const groups: T[][] = []
  for (let index = 0; index < list.length; index += size) groups.push(list.slice(index, index + size))
  return groups
}
