import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asText } from '../../redis/replies.js'
import { sendInPortions } from '../shared/redis.js'
import { type FoundQueue, keysOf } from './names.js'
import type { Ownership } from './ownership.js'
import { type Payload, readPayload } from './payload.js'

/** Most queues of one connection to inspect. */
const MAX_QUEUES = 5

/**
 * Inspects a few jobs of connections whose Horizon is unknown: ids are unique, and Horizon stores a hash for each job that its queue
 * pushes. Never rejects: what cannot be read proves nothing.
 */
export async function lookForProof(
  connection: Connection,
  ownership: Ownership,
  queues: readonly FoundQueue[],
): Promise<void> {
  for (const prefix of ownership.open) {
    const own = queues.filter((queue) => queue.prefix === prefix).slice(0, MAX_QUEUES)
    const jobs = await samplesOf(connection, own)
    if (jobs.length === 0) continue
    const horizon = await whoKnows(connection, ownership.horizons, jobs)
    if (horizon !== null) ownership.prove(prefix, horizon)
    else if (jobs.every(({ fields }) => !Object.hasOwn(fields, 'pushedAt'))) ownership.refute(prefix)
  }
}

async function samplesOf(connection: Connection, queues: readonly FoundQueue[]): Promise<Payload[]> {
  const commands = queues.flatMap((queue): Command[] => {
    const { waiting, delayed, reserved } = keysOf(queue)
    return [
      ['lrange', waiting, 0, 0],
      ['lrange', waiting, -1, -1],
      ['zrange', reserved, -1, -1],
      ['zrange', delayed, -1, -1],
    ]
  })
  const replies = await sendInPortions(connection, commands, 50)
  return replies.flatMap(({ value }) => readPayload(asText(asList(value)[0]) ?? '') ?? [])
}

async function whoKnows(
  connection: Connection,
  horizons: readonly string[],
  jobs: readonly Payload[],
): Promise<string | null> {
  for (const horizon of horizons) {
    const commands = jobs.map(({ id }): Command => ['hget', `${horizon}${id}`, 'id'])
    const replies = await sendInPortions(connection, commands)
    if (replies.some(({ value }, index) => asText(value) === jobs[index]?.id)) return horizon
  }
  return null
}
