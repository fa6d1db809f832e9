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
  /** ioredis puts it before every key; empty if not set. */
  readonly keyPrefix: string
}

/**
 * Access to the Redis of the queues; does not connect yet.
 *
 * @param name of the source's function; `what`: the name of the value, for messages
 * @throws if the options are invalid
 */
export function openRedis(name: string, redis: RedisSource, what = 'option "redis"'): OpenedRedis {
  const target = parseRedis(redis, `${name}: ${what}`)
  const { client, keyPrefix } = target
  return { connection: client ? givenConnection(client) : ownConnection(target.place, keyPrefix), keyPrefix }
}

/**
 * The location of queues, without secrets: `127.0.0.1:6379/0 bull`.
 *
 * @param prefix distinguishes systems within one database; its trailing `:` is removed
 */
export function placeOf({ connection, keyPrefix }: OpenedRedis, prefix: string): string {
  return `${connection.place} ${keyPrefix}${prefix}`.replace(/:$/, '').trim()
}

/** A command whose reply identifies the server. Send it with the other commands of a reading. */
export const SERVER_ID = ['info', 'server'] as const

/** Null if the server does not report it (an ACL may forbid it), or if there are several servers. */
export function serverIdOf(connection: Connection, reply: Reply | undefined): string | null {
  if (connection.isCluster) return null
  return /^run_id:(\w+)/m.exec(asText(reply?.value) ?? '')?.[1] ?? null
}

/**
 * Rejects a single node of a Cluster: it has only a part of the keys, which would look like all of them.
 *
 * @param info the reply to {@link SERVER_ID}
 * @throws RedisError if it is one of several nodes
 */
export async function refuseOneNode(connection: Connection, info: Reply | undefined): Promise<void> {
  if (connection.isCluster || !/^redis_mode:cluster/m.test(asText(info?.value) ?? '')) return
  const [reply] = await send(connection, [['cluster', 'info']])
  const size = /^cluster_size:(\d+)/m.exec(asText(reply?.value) ?? '')?.[1]
  // If the command is denied, a key that belongs to another node shows it.
  if (Number(size ?? 1) > 1)
    throw new RedisError(
      'MOVED',
      'This Redis is one node of a Cluster, which holds a part of the keys: pass an ioredis Cluster',
    )
}

/** Like {@link serverIdOf}, with a call of its own. @throws RedisError if the server does not answer */
export async function readServerId(connection: Connection): Promise<string | null> {
  const [reply] = await send(connection, [SERVER_ID])
  if (reply && !isAboutKey(reply)) orThrow(reply)
  await refuseOneNode(connection, reply)
  return serverIdOf(connection, reply)
}

/** The server's clock from its reply to TIME, Unix ms: the clocks of the app's machines and of this one may differ. Null if unknown. */
export function serverTime(reply: Reply | undefined): number | null {
  const [seconds, micros] = asList(reply?.value).map((part) => asNumber(asText(part) ?? part))
  return seconds == null || micros == null ? null : Math.floor(seconds * 1_000 + micros / 1_000)
}

/**
 * Like {@link serverTime}, with a call of its own; this machine's clock if TIME is denied. @throws RedisError if the server does not answer
 */
export async function readServerTime(connection: Connection): Promise<number> {
  const [reply] = await send(connection, [['time']])
  if (reply && !isAboutKey(reply)) orThrow(reply)
  return serverTime(reply) ?? Date.now()
}

/** Whether the error concerns only this key or this command, so that other keys can be read. */
export function isAboutKey(reply: Reply): boolean {
  return ['WRONGTYPE', 'NOPERM', 'NOCMD'].includes(reply.error?.code ?? '')
}

/** A field of what may be a job's hash; null for a key of another type. @throws RedisError for any other error */
export function jobField(reply: Reply | undefined): unknown {
  return reply?.error?.code === 'WRONGTYPE' ? null : orThrow(reply)
}

/** @throws RedisError for any error */
export function orThrow(reply: Reply | undefined): unknown {
  if (reply?.error) throw reply.error
  return reply?.value
}

/** Sends commands in batches, one after the other, so that no batch exceeds the time-out. Never rejects. */
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
