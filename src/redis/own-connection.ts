import { setImmediate } from 'node:timers'
import { Redis, type RedisOptions } from 'ioredis'
import type { RedisClient } from './client.js'
import type { Connection } from './connection.js'
import { CONNECT_TIMEOUT_MS, inTime, TOO_LATE } from './deadline.js'
import { describeError, RedisError, timeoutError } from './errors.js'

/**
 * Nothing is queued, resent or retried: what could not be written stays with the recorder, and the next write connects
 * again. RESP2 and no ready check, because HELLO and INFO would be two more commands for an ACL rule to allow.
 */
const OWN_OPTIONS = {
  connectionName: 'quasar',
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  retryStrategy: () => null,
  sentinelRetryStrategy: () => null,
  connectTimeout: CONNECT_TIMEOUT_MS,
  // ioredis holds the process for so long after a disconnect from a server that hangs.
  disconnectTimeout: 100,
  enableReadyCheck: false,
  disableClientInfo: true,
  protocol: 2,
  replyMapping: 'legacy',
  keyPrefix: '',
} as const

/** A connection that is opened when it is first needed, and again when it was lost. It never holds the process. */
export function ownConnection(source: string | RedisOptions): Connection {
  // An ioredis client is used for one connection only: nothing of a lost one is left in it.
  let redis = create(source)
  let opening: Promise<RedisClient> | null = null
  let closed = false
  const where = addressOf(redis)

  function current(): RedisClient | null {
    return redis.status === 'ready' && redis.stream.writable ? redis : null
  }

  async function connect(): Promise<RedisClient> {
    if (redis.status !== 'wait') {
      discard(redis)
      redis = create(source)
    }
    const attempt = redis
    let reason: unknown = null
    // Without a listener ioredis prints its errors.
    attempt.on('error', (error: unknown) => {
      reason ??= error
    })
    try {
      const connected = attempt.connect()
      setImmediate(() => attempt.stream?.unref())
      if ((await inTime(connected, CONNECT_TIMEOUT_MS)) === TOO_LATE) throw timeoutError(where, CONNECT_TIMEOUT_MS)
      // Behind a Sentinel the socket comes later than the immediate above.
      attempt.stream.unref()
      return attempt
    } catch (error) {
      discard(attempt)
      throw describeError(reason ?? error, where)
    }
  }

  return {
    where,
    place: `${where}/${redis.options.db ?? 0}`,
    isCluster: false,
    current,
    async open() {
      if (closed) throw new RedisError('CLOSED', 'This way to Redis is closed')
      const ready = current()
      if (ready) return ready
      opening ??= connect().finally(() => {
        opening = null
      })
      return opening
    },
    gaveUp(client) {
      // What hangs is dropped, so that a new connection gets its chance.
      if (client === redis) discard(redis)
    },
    close() {
      closed = true
      discard(redis)
    },
  }
}

/** A URL, a socket's path, `host:port`, a host or a port. */
const ADDRESS = /^(rediss?:\/\/.|\/.|[\w.-]+(:\d+)?$)/

/** What URL and ioredis throw holds the whole URL, and so its password: it goes no further. */
function create(source: string | RedisOptions): Redis {
  try {
    if (typeof source !== 'string') return new Redis({ ...source, ...OWN_OPTIONS })
    if (ADDRESS.test(source)) return new Redis(source, OWN_OPTIONS)
  } catch {}
  throw new RedisError(
    'EINVAL',
    'redis: expected a URL like redis://user:password@host:6379, ioredis options or an ioredis client',
  )
}

function discard(redis: Redis): void {
  if (redis.status === 'end') return
  redis.disconnect()
  redis.stream?.destroy()
}

function addressOf({ options }: Redis): string {
  if (options.sentinels) return `Sentinel ${options.name ?? ''}`.trim()
  return options.path ?? `${options.host ?? 'localhost'}:${options.port ?? 6379}`
}
