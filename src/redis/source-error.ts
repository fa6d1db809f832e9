import { QuasarError } from '../lib/errors.js'

/** A value that leads to no Redis. The words repeat nothing of it: it may hold a password. */
export class RedisSourceError extends QuasarError {
  /** What is wrong with the value, `its port is not 1 to 65535`, for callers that name it otherwise. */
  readonly problem: string

  constructor(problem: string, message = problem) {
    super('invalid_option', message)
    this.problem = problem
  }
}

export const TAKES_ADDRESS =
  'a URL, redis://user:password@host:6379/0 (rediss:// with TLS) or unix:///run/redis.sock, a path of a socket, or host:port'

export const TAKES_SOURCE = `${TAKES_ADDRESS}, ioredis options, or an ioredis client or Cluster`

/** The whole sentence. @param name what holds the value: `REDIS_URL`, `option "redis"` */
export function sentence(name: string, takes: string, problem: string): string {
  return `${name} takes ${takes}; ${problem}.`
}
