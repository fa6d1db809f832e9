import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { notPossible } from '../shared/conditions.js'
import { orThrow } from '../shared/redis.js'
import type { BullQueue } from './package/queue-api.js'

/**
 * Releases with different keys: 5 moves waiting jobs to the list `paused` and back, and its resume renames that list over `wait`; 6 sets a
 * flag, and moves jobs back that 5 has moved.
 */
export type Major = 5 | 6

/** The release that a queue belongs to, as far as its keys show. */
export interface QueueOwner {
  /** As the app wrote it, `bullmq:5.81.5`. Releases before 5.20, other languages and some apps write none. */
  readonly version: string | null
  /** Null for another product. */
  readonly layout: Major | null
  /** Whether both lists have jobs: BullMQ 5 would lose those of one. */
  readonly isTorn: boolean
  /** No app has used it yet. */
  readonly isNew: boolean
}

export async function readOwner(connection: Connection, base: string): Promise<QueueOwner> {
  const [meta, exists, wait, paused] = await send(connection, [
    ['hmget', `${base}meta`, 'version', 'paused'],
    ['exists', `${base}meta`],
    ['llen', `${base}wait`],
    ['llen', `${base}paused`],
  ])
  const [version = null, flag = null] = asList(orThrow(meta)).map(asText)
  const waiting = asNumber(orThrow(wait)) ?? 0
  const aside = asNumber(orThrow(paused)) ?? 0
  return {
    version,
    layout: layoutOf(version, { isPaused: flag !== null, waiting, aside }),
    isTorn: waiting > 0 && aside > 0,
    isNew: orThrow(exists) === 0,
  }
}

interface Evidence {
  readonly isPaused: boolean
  readonly waiting: number
  readonly aside: number
}

/**
 * A paused queue with jobs in `paused` has 5's layout whichever release owns it: both move jobs back from there. Without a version it has
 * 5's layout as well, unless jobs wait in a paused queue, as only 6 leaves them.
 */
function layoutOf(version: string | null, { isPaused, waiting, aside }: Evidence): Major | null {
  const major = version === null ? null : majorIn(version)
  if (version !== null && major === null) return null
  if (isPaused && aside > 0) return 5
  return major ?? (isPaused && waiting > 0 ? 6 : 5)
}

function majorIn(version: string): Major | null {
  const number = /^bullmq:([56])\./.exec(version)?.[1]
  return number === undefined ? null : number === '5' ? 5 : 6
}

/** @param queue an instance of `Queue`, or the class's prototype */
export function majorOf(queue: BullQueue): Major {
  return 'getBackend' in queue ? 6 : 5
}

/** Why BullMQ's own package must not act on a queue of another product. */
export function foreignOwner({ version }: QueueOwner): Error {
  return notPossible(
    `this queue is ${version}'s, not BullMQ 5's or 6's; to act on it pass its package, bullmqQueues({ bullmq }), or its Queue`,
  )
}
