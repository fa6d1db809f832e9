import { inTime, pause, TOO_LATE } from '../lib/async.js'
import { type ClusterClient, type Command, isCluster, type RedisClient } from './client.js'
import { tellPart } from './cluster-part.js'
import type { Connection } from './connection.js'
import { describeError, timeoutError } from './errors.js'
import type { Reply } from './reply.js'
import { ANSWER_TIMEOUT_MS } from './timeouts.js'

export type { Reply } from './reply.js'

/** How long no command is sent to a key of a Cluster that no node serves. */
const PART_RESTS_MS = 5_000

/**
 * Sends commands together and returns a reply for each, in their order. Never rejects. On a ready connection, the commands are in the
 * socket before this returns: the report of a dying process still arrives.
 */
export function send(connection: Connection, commands: readonly Command[]): Promise<Reply[]> {
  const client = connection.current()
  return client ? exchange(connection, client, commands) : openAndSend(connection, commands)
}

/** Sends one command. @throws RedisError */
export async function ask(connection: Connection, command: Command): Promise<unknown> {
  const [reply] = await send(connection, [command])
  if (reply?.error) throw reply.error
  return reply?.value
}

async function openAndSend(connection: Connection, commands: readonly Command[]): Promise<Reply[]> {
  try {
    return await exchange(connection, await connection.open(), commands)
  } catch (error) {
    const reply = failed(error, connection.where)
    return commands.map(() => reply)
  }
}

/** Sends commands to a given client, such as one of the masters of a Cluster. */
export function exchange(connection: Connection, client: RedisClient, commands: readonly Command[]): Promise<Reply[]> {
  if (commands.length === 0) return Promise.resolve([])
  return isCluster(client) ? sendEach(connection, client, commands) : sendPipeline(connection, client, commands)
}

async function sendPipeline(
  connection: Connection,
  client: RedisClient,
  commands: readonly Command[],
): Promise<Reply[]> {
  const { where } = connection
  try {
    const answer = client.pipeline(commands.map((command) => [...command])).exec()
    const results = await inTime(answer, ANSWER_TIMEOUT_MS)
    if (results === TOO_LATE) {
      connection.gaveUp(client, answer)
      throw timeoutError(where, ANSWER_TIMEOUT_MS)
    }
    return commands.map((_, index) => {
      const [error, value] = results?.[index] ?? [new Error('no answer')]
      return error ? failed(error, where) : { error: null, value }
    })
  } catch (error) {
    const reply = failed(error, where)
    return commands.map(() => reply)
  }
}

/** On a Cluster each command is routed to its own node, and a node that does not answer affects no other. */
async function sendEach(connection: Connection, client: ClusterClient, commands: readonly Command[]): Promise<Reply[]> {
  const replies = await Promise.all(commands.map((command) => sendOne(connection, client, command)))
  return tellPart(client, replies, connection.where)
}

async function sendOne(connection: Connection, client: ClusterClient, [name, ...args]: Command): Promise<Reply> {
  const { where } = connection
  const key = String(args[0] ?? name)
  if (connection.isWaitingFor(key)) return failed(timeoutError(where, ANSWER_TIMEOUT_MS), where)
  try {
    const answer = client.call(name, ...args)
    const value = await inTime(answer, ANSWER_TIMEOUT_MS)
    if (value !== TOO_LATE) return { error: null, value }
    connection.gaveUp(client, answer, key)
    return failed(timeoutError(where, ANSWER_TIMEOUT_MS), where)
  } catch (error) {
    const reply = failed(error, where)
    // ioredis has retried for more than a second: the next commands need not repeat that immediately.
    if (reply.error?.code === 'SLOTDOWN') connection.gaveUp(client, pause(PART_RESTS_MS), key)
    return reply
  }
}

function failed(error: unknown, where: string): Reply {
  return { error: describeError(error, where), value: null }
}
