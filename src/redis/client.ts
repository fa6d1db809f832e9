import type { RedisOptions } from 'ioredis'

/** A command's name in lower case and its arguments. */
export type Command = readonly [name: string, ...args: (string | number)[]]

/**
 * The used part of an ioredis client. Clients are recognized by their shape, so that one of ioredis 5 or of another copy of ioredis 6 is
 * accepted.
 */
export interface RedisClient {
  readonly status: string
  readonly isCluster: boolean
  connect(): Promise<unknown>
  call(command: string, ...args: (string | number)[]): Promise<unknown>
  pipeline(commands: unknown[][]): { exec(): Promise<[error: Error | null, result?: unknown][] | null> }
}

/** A client of a Redis Cluster. */
export interface ClusterClient extends RedisClient {
  nodes(role: 'master'): RedisClient[]
}

/** A URL (`redis://`, `rediss://`, `unix://`), a socket's path, `host:port`, ioredis options, or a client of ioredis 5 or 6. */
export type RedisSource = string | RedisOptions | RedisClient

export function isClient(source: RedisSource | object): source is RedisClient {
  return (
    typeof source === 'object' &&
    'status' in source &&
    typeof source.status === 'string' &&
    'pipeline' in source &&
    typeof source.pipeline === 'function'
  )
}

export function isCluster(client: RedisClient): client is ClusterClient {
  return client.isCluster === true && 'nodes' in client && typeof client.nodes === 'function'
}

/** The prefix that ioredis adds to every key of this client; empty without one. */
export function keyPrefixOf(client: RedisClient): string {
  const options: unknown = 'options' in client ? client.options : null
  if (typeof options !== 'object' || options === null || !('keyPrefix' in options)) return ''
  const { keyPrefix } = options
  return typeof keyPrefix === 'string' || Buffer.isBuffer(keyPrefix) ? keyPrefix.toString() : ''
}
