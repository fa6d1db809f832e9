import type { Keys } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asText } from '../../redis/replies.js'
import { type Reply, send } from '../../redis/send.js'
import { type Fleet, readFleet } from './fleet.js'
import type { Role } from './needed-rights.js'

/** Shared by all checks: the connection to Redis, and the reads that several of them need. */
export interface DoctorContext {
  readonly keys: Keys
  readonly connection: Connection
  /** The user's role; null if not stated. */
  readonly role: Role | null
  /** Tokens that sign the records; if empty, nothing is verified. */
  readonly tokens: readonly string[]
  ask(...command: Command): Promise<Reply>
  askAll(commands: readonly Command[]): Promise<Reply[]>
  /** The lines of INFO by name; null when this user may not call it. */
  info(): Promise<ReadonlyMap<string, string> | null>
  fleet(): Promise<Fleet>
}

export function contextOf(
  connection: Connection,
  keys: Keys,
  role: Role | null,
  tokens: readonly string[] = [],
): DoctorContext {
  const askAll = (commands: readonly Command[]) => send(connection, commands)
  const ask = async (...command: Command) => (await askAll([command]))[0] as Reply
  const info = once(async () => {
    const reply = await ask('info')
    return reply.error ? null : parseInfo(asText(reply.value) ?? '')
  })
  return { keys, connection, role, tokens, ask, askAll, info, fleet: once(() => readFleet(connection, keys, askAll)) }
}

function once<T>(get: () => Promise<T>): () => Promise<T> {
  let got: Promise<T> | null = null
  return () => {
    got ??= get()
    return got
  }
}

function parseInfo(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\r\n').filter((line) => line.includes(':'))
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
}
