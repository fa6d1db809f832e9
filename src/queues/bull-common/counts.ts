import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { describeError, RedisError } from '../../redis/errors.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { type Reply, send } from '../../redis/send.js'
import { readServerTime } from '../shared/redis.js'
import type { Script, ScriptRunner } from './script.js'
import { type Waiter, waiterOf } from './waiting-since.js'

/** More of them and a call would keep the server from others for too long. */
const QUEUES_A_CALL = 200

/** A queue's state as Redis says it. Of what a system does not have there is none. */
export interface QueueCounts {
  readonly wait: number
  readonly pausedList: number
  readonly active: number
  readonly prioritized: number
  readonly delayed: number
  readonly waitingChildren: number
  readonly completed: number
  readonly failed: number
  /** Jobs that were added since there is this queue. */
  readonly lastId: number | null
  readonly isPaused: boolean
  /** When the first of the delayed is due, ms. */
  readonly due: number | null
  readonly waiters: readonly Waiter[]
}

export interface CountsReading<C extends QueueCounts> {
  /** By the server's clock, ms. */
  readonly now: number
  readonly counts: C | RedisError
}

/** How the queues of one system are counted: by a script, or by the same commands one by one. */
export interface Counting<C extends QueueCounts> {
  /** Made by countsScriptOf. */
  readonly script: Script
  /** @param values in the order of the script's answer */
  counts(values: readonly unknown[], waiters: readonly Waiter[]): C
  commands(base: string): readonly Command[]
  /** The values of the commands' replies in the order of the script's answer. */
  joined(values: readonly unknown[]): readonly unknown[]
  /** Keys of the waiting jobs to ask, for each queue. @param replies to the commands */
  waiterKeys(
    connection: Connection,
    bases: readonly string[],
    replies: readonly (readonly Reply[])[],
  ): Promise<readonly (readonly string[])[]>
  /** What is read of their hashes. */
  readonly waiterFields: readonly string[]
  /** @param values of those fields. @returns when it was added and started, its attempts and its options */
  waiterParts(values: readonly unknown[]): readonly [unknown, unknown, unknown, unknown]
}

/** Reads queues by what their keys begin with. */
export async function readCounts<C extends QueueCounts>(
  connection: Connection,
  scripts: ScriptRunner,
  counting: Counting<C>,
  bases: readonly string[],
): Promise<CountsReading<C>[]> {
  const readings: CountsReading<C>[] = []
  for (let index = 0; index < bases.length; index += QUEUES_A_CALL) {
    const some = bases.slice(index, index + QUEUES_A_CALL)
    readings.push(...(await readSome(connection, scripts, counting, some)))
  }
  return readings
}

async function readSome<C extends QueueCounts>(
  connection: Connection,
  scripts: ScriptRunner,
  counting: Counting<C>,
  bases: readonly string[],
): Promise<CountsReading<C>[]> {
  const reply = connection.isCluster ? null : await scripts.run(counting.script, [], bases)
  if (reply === null) return readByPipeline(connection, counting, bases)
  if (reply.error) throw reply.error
  const [time, ...lists] = asList(reply.value)
  const now = asNumber(time) ?? Date.now()
  return bases.map((_, index) => ({ now, counts: parseCounts(counting, lists[index], connection.where) }))
}

function parseCounts<C extends QueueCounts>(counting: Counting<C>, value: unknown, where: string): C | RedisError {
  if (!Array.isArray(value)) return queueError(asText(value) ?? 'no answer', where)
  const waiters = asList(value.at(-1)).map((one) => waiterOf(asList(one)))
  return counting.counts(value, waiters)
}

function queueError(text: string, where: string): RedisError {
  const error = describeError(new Error(text), where)
  if (error.code !== 'WRONGTYPE') return error
  return new RedisError(error.code, `A key of the queue holds another type of data (${where}, WRONGTYPE)`)
}

/** Where no script may run, and on a Cluster: the same commands one by one, in a few turns. */
async function readByPipeline<C extends QueueCounts>(
  connection: Connection,
  counting: Counting<C>,
  bases: readonly string[],
): Promise<CountsReading<C>[]> {
  const now = await readServerTime(connection)
  const commands = bases.map((base) => counting.commands(base))
  const replies = inGroups(await send(connection, commands.flat()), commands[0]?.length ?? 1)
  const refusal = replies[0]?.[0]?.error
  if (refusal && replies.every((group) => group.every(({ error }) => error))) throw refusal
  const waiters = await readWaiters(connection, counting, await counting.waiterKeys(connection, bases, replies))
  return bases.map((_, index) => ({ now, counts: joinCounts(counting, replies[index] ?? [], waiters[index] ?? []) }))
}

function joinCounts<C extends QueueCounts>(
  counting: Counting<C>,
  replies: readonly Reply[],
  waiters: readonly Waiter[],
): C | RedisError {
  const bad = replies.find(({ error }) => error)
  return bad?.error ?? counting.counts(counting.joined(replies.map(({ value }) => value)), waiters)
}

async function readWaiters<C extends QueueCounts>(
  connection: Connection,
  { waiterFields, waiterParts }: Counting<C>,
  jobs: readonly (readonly string[])[],
): Promise<Waiter[][]> {
  const commands = jobs.flat().map((key): Command => ['hmget', key, ...waiterFields])
  const hashes = await send(connection, commands)
  let next = 0
  return jobs.map((keys) => keys.map(() => waiterOfHash(waiterParts(asList(hashes[next++]?.value)))))
}

function waiterOfHash([addedAt, startedAt, attempts, options]: readonly unknown[]): Waiter {
  const delay = /"delay":(\d+)/.exec(asText(options) ?? '')?.[1] ?? null
  return waiterOf([addedAt, startedAt, attempts, delay])
}

function inGroups<T>(list: readonly T[], size: number): T[][] {
  const groups: T[][] = []
  for (let index = 0; index < list.length; index += size) groups.push(list.slice(index, index + size))
  return groups
}
