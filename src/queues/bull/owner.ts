import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asNumber, asText } from '../../redis/replies.js'
import { type Reply, send } from '../../redis/send.js'

/**
 * Keys that distinguish the owner of a queue: BullMQ stores its version, and a stream of events from the first job on. Bull has neither,
 * although it also stores in `meta` that a queue is paused.
 */
export function ownerCommands(base: string): Command[] {
  return [
    ['hget', `${base}meta`, 'version'],
    ['exists', `${base}events`],
  ]
}

export function isBullmqs(version: unknown, events: unknown): boolean {
  return asText(version) !== null || asNumber(events) === 1
}

/** @returns for each queue whether it is BullMQ's; null if unknown */
export async function areBullmqs(connection: Connection, bases: readonly string[]): Promise<(boolean | null)[]> {
  const replies = await send(connection, bases.flatMap(ownerCommands))
  return bases.map((_, index) => ownerIn(replies[2 * index], replies[2 * index + 1]))
}

function ownerIn(version: Reply | undefined, events: Reply | undefined): boolean | null {
  if (!version || version.error || !events || events.error) return null
  return isBullmqs(version.value, events.value)
}

export const BULLMQS = 'is a queue of BullMQ: watch it with bullmqQueues'
