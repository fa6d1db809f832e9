import { type Command, isCluster, type RedisClient } from './client.js'
import type { Connection } from './connection.js'
import { ANSWER_TIMEOUT_MS, inTime, TOO_LATE } from './deadline.js'
import { describeError, type RedisError, timeoutError } from './errors.js'

/** What Redis said to one command. */
export type Reply =
  | { readonly error: null; readonly value: unknown }
  | { readonly error: RedisError; readonly value: null }

/**
 * Sends commands together and gives a reply for each, in their order. Never rejects. When the connection is ready the
 * commands are with the socket before this returns: what a dying process reports still arrives.
 */
export function send(connection: Connection, commands: readonly Command[]): Promise<Reply[]> {
  const client = connection.current()
  return client ? exchange(connection, client, commands) : openAndSend(connection, commands)
}

/** For one command. @throws RedisError */
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

/** Commands for a client at hand: one of the masters of a Cluster, say. */
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

/** On a Cluster each command finds its own node. */
async function sendEach(connection: Connection, client: RedisClient, commands: readonly Command[]): Promise<Reply[]> {
  const answers = commands.map(([name, ...args]) => client.call(name, ...args))
  return Promise.all(answers.map((answer) => settle(connection, client, answer)))
}

async function settle(connection: Connection, client: RedisClient, answer: Promise<unknown>): Promise<Reply> {
  try {
    const value = await inTime(answer, ANSWER_TIMEOUT_MS)
    if (value !== TOO_LATE) return { error: null, value }
    connection.gaveUp(client, answer)
    return failed(timeoutError(connection.where, ANSWER_TIMEOUT_MS), connection.where)
  } catch (error) {
    return failed(error, connection.where)
  }
}

function failed(error: unknown, where: string): Reply {
  return { error: describeError(error, where), value: null }
}
