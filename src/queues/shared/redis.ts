import type { RedisSource } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { RedisError } from '../../redis/errors.js'
import { givenConnection } from '../../redis/given-connection.js'
import { ownConnection } from '../../redis/own-connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { type Reply, send } from '../../redis/send.js'
import { parseRedis } from '../../redis/target.js'

export interface OpenedRedis {
  readonly connection: Connection
  /** What ioredis puts before every key that it sends; empty text when it does not. */
  readonly keyPrefix: string
}

/**
 * A way to the Redis of queues; nothing is connected yet.
 *
 * @param name of the source's function, and `what` holds the value, for messages
 * @throws when the options make no sense
 */
export function openRedis(name: string, redis: RedisSource, what = 'option "redis"'): OpenedRedis {
  const target = parseRedis(redis, `${name}: ${what}`)
  const { client, keyPrefix } = target
  return { connection: client ? givenConnection(client) : ownConnection(target.place, keyPrefix), keyPrefix }
}

/**
 * Where queues are, without secrets: `127.0.0.1:6379/0 bull`.
 *
 * @param prefix what tells systems of one database apart; its last `:` is left out
 */
export function placeOf({ connection, keyPrefix }: OpenedRedis, prefix: string): string {
  return `${connection.place} ${keyPrefix}${prefix}`.replace(/:$/, '').trim()
}

/** A command whose reply tells which server it is. Send it with the others of a reading. */
export const SERVER_ID = ['info', 'server'] as const

/** Null when the server does not say (an ACL may forbid it), or when there are several. */
export function serverIdOf(connection: Connection, reply: Reply | undefined): string | null {
  if (connection.isCluster) return null
  return /^run_id:(\w+)/m.exec(asText(reply?.value) ?? '')?.[1] ?? null
}

/**
 * One node of a Cluster holds a part of the keys: what it shows would look like all there is.
 *
 * @param info the answer to {@link SERVER_ID}
 * @throws RedisError when it is one of several
 */
export async function refuseOneNode(connection: Connection, info: Reply | undefined): Promise<void> {
  if (connection.isCluster || !/^redis_mode:cluster/m.test(asText(info?.value) ?? '')) return
  const [reply] = await send(connection, [['cluster', 'info']])
  const size = /^cluster_size:(\d+)/m.exec(asText(reply?.value) ?? '')?.[1]
  // Without the right to ask, the first key of another node tells it.
  if (Number(size ?? 1) > 1)
    throw new RedisError(
      'MOVED',
      'This Redis is one node of a Cluster, which holds a part of the keys: pass an ioredis Cluster',
    )
}

/** The same by a call of its own. @throws RedisError when the server does not answer */
export async function readServerId(connection: Connection): Promise<string | null> {
  const [reply] = await send(connection, [SERVER_ID])
  if (reply && !isAboutKey(reply)) orThrow(reply)
  await refuseOneNode(connection, reply)
  return serverIdOf(connection, reply)
}

/** The server's clock by its answer to TIME: those of the app's machines and of this one may differ. Unix ms; null when unknown. */
export function serverTime(reply: Reply | undefined): number | null {
  const [seconds, micros] = asList(reply?.value).map((part) => asNumber(asText(part) ?? part))
  return seconds == null || micros == null ? null : Math.floor(seconds * 1_000 + micros / 1_000)
}

/** The same by a call of its own; this machine's clock where the server does not tell. @throws RedisError when it does not answer */
export async function readServerTime(connection: Connection): Promise<number> {
  const [reply] = await send(connection, [['time']])
  if (reply && !isAboutKey(reply)) orThrow(reply)
  return serverTime(reply) ?? Date.now()
}

/** Whether it is the key that is wrong, or what this user may do or the server can: other keys can be read. */
export function isAboutKey(reply: Reply): boolean {
  return ['WRONGTYPE', 'NOPERM', 'NOCMD'].includes(reply.error?.code ?? '')
}

/** A field of what may be a job's hash; null for what is of another type. @throws RedisError whatever else went wrong */
export function jobField(reply: Reply | undefined): unknown {
  return reply?.error?.code === 'WRONGTYPE' ? null : orThrow(reply)
}

/** @throws RedisError whatever went wrong */
export function orThrow(reply: Reply | undefined): unknown {
  if (reply?.error) throw reply.error
  return reply?.value
}

/** Sends commands in portions, one after the other, so that none outgrows the time for an answer. Never rejects. */
export async function sendInPortions(
  connection: Connection,
  commands: Parameters<typeof send>[1],
  size = 1_000,
): Promise<Reply[]> {
  const replies: Reply[] = []
  for (let start = 0; start < commands.length; start += size)
    replies.push(...(await send(connection, commands.slice(start, start + size))))
  return replies
}
