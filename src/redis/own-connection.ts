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
 * Nothing is queued, resent or retried: what could not be written stays with the recorder, and the next write connects
 * again. RESP2 and no ready check, because HELLO and INFO would be two more commands for an ACL rule to allow. The database is
 * selected here: ioredis goes on in database 0 where it can't be had.
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
  // ioredis holds the process for so long after a disconnect from a server that hangs.
  disconnectTimeout: 100,
  enableReadyCheck: false,
  disableClientInfo: true,
  protocol: 2,
  replyMapping: 'legacy',
  db: 0,
} as const

/**
 * A connection that is opened when it is first needed, and again when it was lost. It never holds the process.
 *
 * @param keyPrefix what is put before every key
 */
export function ownConnection({ options, db, where }: RedisPlace, keyPrefix = ''): Connection {
  // An ioredis client is used for one connection only: nothing of a lost one is left in it.
  let redis: Redis | null = null
  /** Set when its database is selected. */
  let ready: Redis | null = null
  let opening: Promise<RedisClient> | null = null
  let closed = false
  // While the app starts, and not when it is at work.
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
    // Before the first answer: what is too large is dropped while it arrives.
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
      // What hangs is dropped, so that a new connection gets its chance.
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
  // Behind a Sentinel the socket comes later than the immediate above.
  attempt.stream.unref()
}

function discard(redis: Redis): void {
  if (redis.status === 'end') return
  redis.disconnect()
  redis.stream?.destroy()
}
