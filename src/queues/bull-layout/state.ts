import type { JobState } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asNumber } from '../../redis/replies.js'
import { type Reply, send } from '../../redis/send.js'
import { orThrow } from '../shared/redis.js'
import { SET_STATES, type SetState } from './keys.js'

/** Where a job is. */
export interface Whereabouts {
  /** Null: in none, or gone. */
  readonly state: JobState | null
  /** Whether there is a hash of it. */
  readonly exists: boolean
  readonly score: number | null
}

const SETS: readonly SetState[] = ['completed', 'failed', 'delayed', 'prioritized', 'waitingChildren']
const COMMANDS = SETS.length + 2

/**
 * Finds jobs without going through long lists: what exists, is in no sorted set and is not worked on waits. (Bull's and
 * BullMQ's own ways read whole lists.)
 */
export async function locate(connection: Connection, base: string, ids: readonly string[]): Promise<Whereabouts[]> {
  const replies = await send(
    connection,
    ids.flatMap((id) => commandsFor(base, id)),
  )
  return ids.map((_, index) => whereaboutsOf(replies.slice(index * COMMANDS, (index + 1) * COMMANDS)))
}

function commandsFor(base: string, id: string): Command[] {
  return [
    ...SETS.map((state): Command => ['zscore', base + SET_STATES[state], id]),
    ['lpos', `${base}active`, id],
    ['exists', base + id],
  ]
}

function whereaboutsOf(replies: readonly Reply[]): Whereabouts {
  const values = replies.map((reply) => asNumber(orThrow(reply)))
  const exists = values[SETS.length + 1] === 1
  const set = SETS.findIndex((_, index) => values[index] !== null)
  if (set >= 0) return { state: SETS[set] ?? null, exists, score: values[set] ?? null }
  if (typeof values[SETS.length] === 'number') return { state: 'active', exists, score: null }
  return { state: exists ? 'waiting' : null, exists, score: null }
}
