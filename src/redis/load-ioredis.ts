import type { Redis } from 'ioredis'
import { keepStringsFast } from './fast-strings.js'

type RedisClass = typeof Redis

let loading: Promise<RedisClass> | null = null

/**
 * Loads ioredis when it is needed: it is larger than all of Quasar, and an app without Redis, or with its own client, does not need it.
 * Rejects where it can't be loaded, and tries again at the next call.
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
