import type { JobState, JobSummary } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asScored, asText } from '../../redis/replies.js'
import { pagesOf } from '../shared/pages.js'
import { orThrow, sendInPortions } from '../shared/redis.js'
import { bytesOf } from '../shared/texts.js'
import { attemptsOf } from './horizon-jobs.js'
import { keysOf, type LaravelQueue } from './names.js'
import { type Payload, readPayload } from './payload.js'

/** States that the queue's own keys hold. Redis stores whole jobs there, not only their ids. */
export type HeldState = 'waiting' | 'delayed' | 'active'

export function isHeld(state: JobState): state is HeldState {
  return state === 'waiting' || state === 'delayed' || state === 'active'
}

/** An entry of a queue, whether or not its payload can be parsed. */
export interface Member {
  readonly text: string
  /** When it is due, Unix s; null in the list. */
  readonly score: number | null
  readonly payload: Payload | null
}

export function keyOf(queue: LaravelQueue, state: HeldState): string {
  const { waiting, delayed, reserved } = keysOf(queue)
  return { waiting, delayed, active: reserved }[state]
}

/** @throws RedisError */
export async function sizeOf(connection: Connection, queue: LaravelQueue, state: HeldState): Promise<number> {
  const [reply] = await sendInPortions(connection, [[state === 'waiting' ? 'llen' : 'zcard', keyOf(queue, state)]])
  return asNumber(orThrow(reply)) ?? 0
}

/** Members by position, the next job first. @throws RedisError */
async function range(
  connection: Connection,
  queue: LaravelQueue,
  state: HeldState,
  [from, to]: readonly [number, number],
): Promise<Member[]> {
  const key = keyOf(queue, state)
  const command: Command = state === 'waiting' ? ['lrange', key, from, to] : ['zrange', key, from, to, 'WITHSCORES']
  const [reply] = await sendInPortions(connection, [command])
  const value = orThrow(reply)
  const entries =
    state === 'waiting'
      ? asList(value).flatMap((text) => ({ member: asText(text) ?? '', score: null }))
      : asScored(value)
  return entries.map(({ member, score }) => memberOf(member, score))
}

/** Parses the payload when it is first needed: searching for one job must not parse all others. */
export function memberOf(text: string, score: number | null): Member {
  let payload: Payload | null | undefined
  return {
    text,
    score,
    get payload() {
      if (payload === undefined) payload = readPayload(text)
      return payload
    },
  }
}

/** Members by position, in batches. @throws RedisError */
export function portions(
  connection: Connection,
  queue: LaravelQueue,
  state: HeldState,
  places: readonly [number, number],
): AsyncGenerator<readonly Member[]> {
  return pagesOf(places, (start, count) => range(connection, queue, state, [start, start + count - 1]))
}

/** Null for a payload that cannot be parsed: the job is counted but not listed. */
export function heldSummary({ text, score, payload }: Member, state: HeldState): JobSummary | null {
  if (!payload) return null
  return {
    id: payload.id,
    name: payload.name,
    state,
    addedAt: payload.addedAt,
    runAt: state === 'delayed' && score !== null ? score * 1_000 : null,
    // The score of a reserved job is when it may be retried; when it was reserved is not stored.
    startedAt: null,
    finishedAt: null,
    ...attemptsOf(payload),
    priority: null,
    error: null,
    progress: null,
    parent: null,
    scheduler: null,
    dataBytes: bytesOf(text),
  }
}
