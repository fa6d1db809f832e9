import { setImmediate } from 'node:timers'
import type { Redis } from 'ioredis'
import { inTime, TOO_LATE } from '../lib/async.js'
import type { RedisClient } from './client.js'
import type { Connection } from './connection.js'
import { selectDatabase } from './database.js'
import { describeError, RedisError, timeoutError } from './errors.js'
import { loadIoredis } from './load-ioredis.js'
import type { RedisPlace } from './options.js'
import { filterReplies } from './reply-filter.js'
import { CONNECT_TIMEOUT_MS } from './timeouts.js'

/**
 * No queue, no resends, no retries: unwritten records stay with the recorder, and the next write connects again. RESP2 and no ready check,
 * because an ACL rule would have to allow HELLO and INFO, too. The database is selected separately: ioredis continues in database 0 if it
 * can't select one.
 */
const OWN_OPTIONS = {
  connectionName: 'quasar',
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  retryStrategy: () => null,
  sentinelRetryStrategy: () => null,
  reconnectOnError: null,
  monitor: false,
  connectTimeout: CONNECT_TIMEOUT_MS,
  // How long ioredis keeps the process alive after a disconnect from a server that hangs, ms.
  disconnectTimeout: 100,
  enableReadyCheck: false,
  disableClientInfo: true,
  protocol: 2,
  replyMapping: 'legacy',
  db: 0,
} as const

/**
 * A connection that is opened on demand, and again after it was lost. It does not keep the process alive.
 *
 * @param keyPrefix prefix of every key
 */
export function ownConnection({ options, db, where }: RedisPlace, keyPrefix = ''): Connection {
  // Each ioredis client is used for one connection only, so that no state of a lost one remains.
  let redis: Redis | null = null
  /** Set when its database is selected. */
  let ready: Redis | null = null
  let opening: Promise<RedisClient> | null = null
  let closed = false
  // Loaded early: while the app starts, not while it works.
  loadIoredis().catch(() => {})

  function current(): RedisClient | null {
    return ready?.status === 'ready' && ready.stream.writable ? ready : null
  }

  async function connect(): Promise<RedisClient> {
    const RedisClass = await load(where)
    drop()
    if (closed) throw closedError()
    const attempt = new RedisClass({ ...options, ...OWN_OPTIONS, keyPrefix })
    redis = attempt
    let reason: unknown = null
    // Without a listener ioredis prints its errors.
    attempt.on('error', (error: unknown) => {
      reason ??= error
    })
    // Before the first answer, so that large values are dropped while they arrive.
    attempt.on('connect', () => filterReplies(attempt.stream))
    try {
      await connected(attempt, where)
      if (db !== 0) await selectDatabase(attempt, db, where)
      ready = attempt
      return attempt
    } catch (error) {
      discard(attempt)
      throw describeError(reason ?? error, where)
    }
  }

  function drop(): void {
    if (redis) discard(redis)
    redis = null
    ready = null
  }

  return {
    where,
    place: `${where}/${db}`,
    isCluster: false,
    current,
    async open() {
      if (closed) throw closedError()
      const client = current()
      if (client) return client
      opening ??= connect().finally(() => {
        opening = null
      })
      return opening
    },
    gaveUp(client) {
      // A client that hangs is dropped, so that a new connection can be opened.
      if (client === redis) drop()
    },
    isWaitingFor: () => false,
    close() {
      closed = true
      drop()
    },
  }
}

async function load(where: string): Promise<typeof Redis> {
  try {
    return await loadIoredis()
  } catch (error) {
    throw describeError(error, where)
  }
}

function closedError(): RedisError {
  return new RedisError('CLOSED', 'This way to Redis is closed')
}

async function connected(attempt: Redis, where: string): Promise<void> {
  const connecting = attempt.connect()
  setImmediate(() => attempt.stream?.unref())
  if ((await inTime(connecting, CONNECT_TIMEOUT_MS)) === TOO_LATE) throw timeoutError(where, CONNECT_TIMEOUT_MS)
  // Behind a Sentinel the socket is created after the immediate above.
  attempt.stream.unref()
}

function discard(redis: Redis): void {
  if (redis.status === 'end') return
  redis.disconnect()
  redis.stream?.destroy()
}
