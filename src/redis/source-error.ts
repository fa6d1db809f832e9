import { QuasarError } from '../lib/errors.js'

/** A value that is not a valid source for Redis. The message repeats no part of it: it may have a password. */
export class RedisSourceError extends QuasarError {
  /** The problem alone, `its port is not 1 to 65535`, for callers that word the rest themselves. */
  readonly problem: string

  constructor(problem: string, message = problem) {
    super('invalid_option', message)
    this.problem = problem
  }
}

export const TAKES_ADDRESS =
  'a URL, redis://user:password@host:6379/0 (rediss:// with TLS) or unix:///run/redis.sock, a path of a socket, or host:port'

export const TAKES_SOURCE = `${TAKES_ADDRESS}, ioredis options, or an ioredis client or Cluster`

/** The whole message. @param name of the source: `REDIS_URL`, `option "redis"` */
export function sentence(name: string, takes: string, problem: string): string {
  return `${name} takes ${takes}; ${problem}.`
}
