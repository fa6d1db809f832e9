import type { Redis } from 'ioredis'
import { keepStringsFast } from './fast-strings.js'

type RedisClass = typeof Redis

let loading: Promise<RedisClass> | null = null

/**
 * Loads ioredis when there is a Redis to reach: it takes more than all of Quasar, and an app without one, or with a client of its
 * own, needs none of it. Rejects where it can't be loaded, and tries again the next time.
 */
export function loadIoredis(): Promise<RedisClass> {
  loading ??= load()
  return loading
}

async function load(): Promise<RedisClass> {
  try {
    const { Redis } = await import('ioredis')
    keepStringsFast()
    return Redis
  } catch (error) {
    loading = null
    throw error
  }
}
