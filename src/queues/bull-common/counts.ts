import type { QueueReading } from '../../ports/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { describeError, RedisError } from '../../redis/errors.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { type Reply, send } from '../../redis/send.js'
import { readServerTime } from '../shared/redis.js'
import type { Script, ScriptRunner } from './script.js'

/** A call with more queues would block the server for too long. */
const QUEUES_A_CALL = 200

/** A queue's state in Redis. A state that the system lacks has no jobs. */
export interface QueueCounts {
  readonly wait: number
  readonly pausedList: number
  readonly active: number
  readonly prioritized: number
  readonly delayed: number
  readonly waitingChildren: number
  readonly completed: number
  readonly failed: number
  /** Number of jobs added since the queue exists. */
  readonly lastId: number | null
  readonly isPaused: boolean
  /** When the first delayed job is due, ms. */
  readonly due: number | null
  readonly waiters: readonly Waiter[]
}

export interface CountsReading<C extends QueueCounts> {
  /** By the server's clock, ms. */
  readonly now: number
  readonly counts: C | RedisError
}

/** How to count the queues of one system: with a script, or with the same commands one by one. */
export interface Counting<C extends QueueCounts> {
  /** Made by countsScriptOf. */
  readonly script: Script
  /** @param values in the order in which the script returns them */
  counts(values: readonly unknown[], waiters: readonly Waiter[]): C
  commands(base: string): readonly Command[]
  /** Values of the commands' replies, in the order of the script. */
  joined(values: readonly unknown[]): readonly unknown[]
  /** Keys of the waiting jobs to read, for each queue. @param replies to the commands */
  waiterKeys(
    connection: Connection,
    bases: readonly string[],
    replies: readonly (readonly Reply[])[],
  ): Promise<readonly (readonly string[])[]>
  /** Fields to read of their hashes. */
  readonly waiterFields: readonly string[]
  /** @param values of those fields. @returns when it was added and started, its attempts and its options */
  waiterParts(values: readonly unknown[]): readonly [unknown, unknown, unknown, unknown]
}

/** Reads queues by the prefixes of their keys. */
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

/** If scripts are denied, and on a Cluster: the same commands one by one, in a few rounds. */
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

/** The history of a waiting job, from its hash. */
export interface Waiter {
  readonly addedAt: number | null
  readonly startedAt: number | null
  readonly attempts: number
  readonly delay: number
}

export function waiterOf([timestamp, processedOn, attempts, delay]: readonly unknown[]): Waiter {
  return {
    addedAt: asNumber(timestamp),
    startedAt: asNumber(processedOn),
    attempts: asNumber(attempts) ?? 0,
    delay: asNumber(delay) ?? 0,
  }
}

/**
 * When the job that has waited longest started to wait; null if no job shows it. A delayed job waits since its delay ended; a retried one,
 * at the earliest, since it last started. After a manual retry the time is unknown.
 */
export function waitingSince(waiters: readonly Waiter[], now: number): number | null {
  const times = waiters.flatMap((waiter) => sinceOf(waiter, now) ?? [])
  return times.length === 0 ? null : Math.min(...times)
}

function sinceOf({ addedAt, startedAt, attempts, delay }: Waiter, now: number): number | null {
  if (addedAt === null || (attempts > 0 && startedAt === null)) return null
  if (startedAt !== null) return startedAt
  return addedAt + delay > now ? addedAt : addedAt + delay
}

interface Seen {
  readonly lastId: number
  readonly pending: number
  readonly out: number
  /** By the server's clock, ms. */
  readonly now: number
}

/**
 * Counts jobs that were added and that ended. Bull and BullMQ only count added jobs, with the counter of ids, which also counts a job added
 * with an existing id. The jobs that ended between two readings are those added, less the increase of those not ended. This holds also if
 * ended jobs are removed at once; a job removed before it ran counts as ended.
 *
 * A job that is retried manually is no longer ended, and ends again: a reading that covers both its retry and its end shows neither. If
 * more jobs were retried than ended, the result is the number of stored jobs that ended meanwhile.
 */
export class Totals {
  readonly #seen = new Map<string, Seen>()

  /** @param endedSince reads the number of stored jobs that ended since a time */
  async next(
    queue: string,
    counts: QueueCounts,
    now: number,
    endedSince: (since: number) => Promise<number>,
  ): Promise<QueueReading['totals']> {
    const pending = pendingOf(counts)
    // A queue without jobs may not have a counter yet; jobs without a counter were not added by the library alone.
    const lastId = counts.lastId ?? (pending + counts.completed + counts.failed === 0 ? 0 : null)
    if (lastId === null) {
      this.#seen.delete(queue)
      return { in: null, out: null }
    }
    const before = this.#seen.get(queue)
    const isSame = before !== undefined && before.lastId <= lastId
    const gone = isSame ? lastId - before.lastId - (pending - before.pending) : 0
    const ended = isSame && gone < 0 ? await endedSince(before.now) : gone
    const out = (isSame ? before.out : 0) + ended
    this.#seen.set(queue, { lastId, pending, out, now })
    return { in: lastId, out }
  }
}

function pendingOf({ wait, pausedList, active, prioritized, delayed, waitingChildren }: QueueCounts): number {
  return wait + pausedList + active + prioritized + delayed + waitingChildren
}
