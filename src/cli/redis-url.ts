import { wrongUse } from './problem.js'

export const DEFAULT_REDIS = 'redis://localhost:6379'

export function redisUrl(url: string): string {
  if (/^(rediss?|unix):\/\//.test(url) && URL.canParse(url)) return url
  throw new Error('a URL, redis://user:password@host:6379/0, rediss:// or unix://')
}

/** What is used where no option names a Redis. @throws Problem */
export function redisFrom(env: NodeJS.ProcessEnv): string {
  if (!env.REDIS_URL) return DEFAULT_REDIS
  try {
    return redisUrl(env.REDIS_URL)
  } catch (error) {
    throw wrongUse(`REDIS_URL takes ${error instanceof Error ? error.message : error}.`)
  }
}

/** Without user and password, and without the query, where they may be as well. */
export function hostOf(redis: string): string {
  const { protocol, host, pathname } = new URL(redis)
  return `${protocol}//${protocol === 'unix:' ? pathname : host}`
}
