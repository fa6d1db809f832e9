import type { JobPlace } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber } from '../../redis/replies.js'
import { type Reply, send } from '../../redis/send.js'
import { jobField, orThrow } from '../shared/redis.js'
import { SET_STATES, type SetState } from './keys.js'

/** The location of a job. */
export interface Whereabouts {
  /** Null: in none, and gone. */
  readonly state: JobPlace | null
  /** Whether its hash exists, and is a job of this queue. */
  readonly exists: boolean
  readonly score: number | null
}

const SETS: readonly SetState[] = ['completed', 'failed', 'delayed', 'prioritized', 'waitingChildren']
const LISTS = ['wait', 'paused'] as const
/** An id may consist of colons. */
const MAX_SPLITS = 20

export interface Looking {
  /**
   * Whether to search the lists of waiting jobs, which takes Redis longer the longer they are. Otherwise the state of a waiting or stuck
   * job is null.
   *
   * @default true
   */
  readonly lists?: boolean
}

/** Finds jobs through the lists and sorted sets that hold their ids. A key that is no job of this queue counts as missing. */
export async function locate(
  connection: Connection,
  base: string,
  ids: readonly string[],
  { lists = true }: Looking = {},
): Promise<Whereabouts[]> {
  const found = await lookInSets(connection, base, ids)
  // For an id with a colon only the lists show whether the job belongs to this queue, or to one with a longer name.
  const open = ids.filter((id, index) => isOpen(found[index]) && (lists || id.includes(':')))
  const entries = open.map(async (id) => [id, await lookInLists(connection, base, id)] as const)
  const settled = new Map(await Promise.all(entries))
  return ids.map((id, index) => settled.get(id) ?? (found[index] as Whereabouts))
}

function isOpen(where: Whereabouts | undefined): boolean {
  return where?.exists === true && where.state === null
}

async function lookInSets(connection: Connection, base: string, ids: readonly string[]): Promise<Whereabouts[]> {
  const commands = ids.map((id) => commandsFor(base, id))
  const replies = await send(connection, commands.flat())
  const size = commands[0]?.length ?? 0
  return ids.map((_, index) => whereaboutsOf(replies.slice(index * size, (index + 1) * size)))
}

function commandsFor(base: string, id: string): Command[] {
  return [
    ...SETS.map((state): Command => ['zscore', base + SET_STATES[state], id]),
    ['lpos', `${base}active`, id],
    jobHashCommand(base, id),
  ]
}

function whereaboutsOf(replies: readonly Reply[]): Whereabouts {
  const exists = isJobHash(jobField(replies[SETS.length + 1]))
  const scores = SETS.map((_, index) => asNumber(orThrow(replies[index])))
  const set = scores.findIndex((score) => score !== null)
  if (set >= 0) return { state: SETS[set] ?? null, exists, score: scores[set] ?? null }
  const isActive = asNumber(orThrow(replies[SETS.length])) !== null
  return { state: isActive ? 'active' : null, exists, score: null }
}

/**
 * For a job in no sorted set and with no worker: it is in a list, in none, or of another queue. The lists are searched before the other
 * keys are read again, in the direction in which workers move jobs, so that none slips through.
 */
async function lookInLists(connection: Connection, base: string, id: string): Promise<Whereabouts> {
  const longer = longerQueues(base, id)
  const replies = await send(connection, [
    ...LISTS.map((list): Command => ['lpos', base + list, id]),
    ...commandsFor(base, id),
    ...longer.map((queue): Command => ['get', `${queue}:id`]),
  ])
  const isListed = replies.slice(0, LISTS.length).some((reply) => asNumber(orThrow(reply)) !== null)
  const where = whereaboutsOf(replies.slice(LISTS.length))
  if (!isOpen(where)) return where
  if (isListed) return { ...where, state: 'waiting' }
  const counters = longer.length === 0 ? [] : replies.slice(-longer.length)
  const isOfAnother = counters.some((reply) => jobField(reply) !== null)
  return isOfAnother ? { state: null, exists: false, score: null } : { ...where, state: 'stuck' }
}

/** `bull:shop:mail` for job `mail:7` of `bull:shop:`. Bull, and BullMQ before 5.13, allow colons in ids and in names. */
function longerQueues(base: string, id: string): string[] {
  const parts = id.split(':').slice(0, MAX_SPLITS + 1)
  return parts.slice(0, -1).map((_, index) => base + parts.slice(0, index + 1).join(':'))
}

/**
 * Fields that only the hash of a job has: neither the settings (`meta`), nor a scheduler (`repeat:{id}`), nor the results of a parent's
 * children (`{id}:processed`), nor metrics. Every job has the first.
 */
const JOB_FIELDS = ['timestamp', 'processedOn', 'finishedOn', 'atm', 'attemptsMade'] as const

/** The id of a job whose key is that of the queue's settings, which Bull writes only while it is paused; and the fields of the settings. */
const SETTINGS = 'meta'
const SETTINGS_FIELDS = ['version', 'opts.maxLenEvents', 'paused', 'concurrency'] as const

/** Reads the fields that {@link isJobHash} checks. */
export function jobHashCommand(base: string, id: string): Command {
  return ['hmget', base + id, ...JOB_FIELDS, ...(id === SETTINGS ? SETTINGS_FIELDS : [])]
}

/** A hash that is both a job and the settings does not count as a job: removing it would remove the settings. */
export function isJobHash(reply: unknown): boolean {
  const values = asList(reply)
  return holdsJob(values.slice(0, JOB_FIELDS.length)) && !holdsJob(values.slice(JOB_FIELDS.length))
}

/** @param values of the fields that only jobs have */
export function holdsJob(values: readonly unknown[]): boolean {
  return values.some((value) => value !== null && value !== undefined)
}
