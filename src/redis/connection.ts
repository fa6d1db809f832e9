import type { RedisClient } from './client.js'

/** A connection to Redis: one that the store opens itself, or the client that was passed in. */
export interface Connection {
  /** `host:port`, for messages. */
  readonly where: string
  /** `host:port/database`, without secrets: equal for two connections to one database by the same address. */
  readonly place: string
  /** Whether keys are spread over several servers, so that a command may have only one of them. */
  readonly isCluster: boolean
  /** A client that sends commands in this very tick, or null. */
  current(): RedisClient | null
  /** Waits for a few seconds at most for such a client. @throws RedisError */
  open(): Promise<RedisClient>
  /**
   * Called when an answer did not arrive in time.
   *
   * @param answer settles when it arrives after all
   * @param key on a Cluster: commands for it are not sent until then; those for other keys are
   */
  gaveUp(client: RedisClient, answer: Promise<unknown>, key?: string): void
  /** Whether an answer is still pending from the node of this key in a Cluster. */
  isWaitingFor(key: string): boolean
  close(): void
}
