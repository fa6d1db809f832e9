import type { RedisClient } from './client.js'

/** A way to Redis: one that the store opens itself, or the client that was passed in. */
export interface Connection {
  /** `host:port`, for messages. */
  readonly where: string
  /** `host:port/database`, without secrets: the same for two ways to one database by the same address. */
  readonly place: string
  /** Whether keys live on several servers, so that no command may name two of them. */
  readonly isCluster: boolean
  /** A client that sends in this very tick what it is given, or null. */
  current(): RedisClient | null
  /** The same, after waiting for it for at most a few seconds. @throws RedisError */
  open(): Promise<RedisClient>
  /**
   * An answer did not come in time.
   *
   * @param answer settles when it comes after all
   * @param key on a Cluster: nothing more is sent to it before that, and what is for other keys goes on
   */
  gaveUp(client: RedisClient, answer: Promise<unknown>, key?: string): void
  /** Whether an answer is still missing from where this key of a Cluster is. */
  isWaitingFor(key: string): boolean
  close(): void
}
