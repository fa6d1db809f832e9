import type { Cluster, Redis } from 'ioredis'
import { type LaravelAppOptions, type LaravelJob, laravelApp, seconds } from './app.js'
import { exceptionText, jsonEncode, microtime, phpFloat } from './php.js'

export interface HorizonAppOptions extends LaravelAppOptions {
  readonly horizon?: string
  /** Minutes, as in `horizon.trim`. */
  readonly trim?: { readonly pending?: number; readonly completed?: number; readonly failed?: number }
}

/** An app with Horizon: its queue and what its listeners write, as they write it. */
export function horizonApp(redis: Redis | Cluster, options: HorizonAppOptions = {}) {
  const app = laravelApp(redis, options)
  const { horizon = 'laravel_horizon:', trim = {} } = options
  const key = (name: string) => `${horizon}${name}`
  const idOf = (payload: string): string => JSON.parse(payload).id
  const reference = (list: string, id: string) => redis.zadd(key(list), phpFloat(-microtime()), id)
  const expire = (id: string, minutes: number) => redis.expireat(key(id), seconds() + minutes * 60)

  /** What Horizon adds to a payload, which it encodes anew. */
  function prepared(job: LaravelJob, tags: readonly string[] = []): string {
    const payload = app.payloadArray(job)
    const noted = { type: 'job', tags, silenced: false, pushedAt: phpFloat(microtime()) }
    return jsonEncode({ ...payload, id: payload.uuid, ...noted, ...job.fields })
  }

  async function pending(queue: string, payload: string): Promise<void> {
    const id = idOf(payload)
    const time = phpFloat(microtime())
    await reference('recent_jobs', id)
    await reference('pending_jobs', id)
    const { displayName } = JSON.parse(payload)
    const hash = { id, connection: 'redis', queue, name: displayName, status: 'pending', payload }
    await redis.hset(key(id), { ...hash, created_at: time, updated_at: time })
    await expire(id, trim.pending ?? 60)
  }

  async function completed(payload: string, isFailed: boolean): Promise<void> {
    const id = idOf(payload)
    const { retry_of: parent } = JSON.parse(payload)
    if (parent) await retryEnded(parent, id, isFailed)
    await reference('completed_jobs', id)
    await redis.zrem(key('pending_jobs'), id)
    await redis.hset(key(id), { status: 'completed', completed_at: phpFloat(microtime()) })
    await expire(id, trim.completed ?? 60)
  }

  async function retryEnded(parent: string, id: string, isFailed: boolean): Promise<void> {
    const text = await redis.hget(key(parent), 'retried_by')
    if (!text) return
    const retries = (JSON.parse(text) as { id: string }[]).map((retry) =>
      retry.id === id ? { ...retry, status: isFailed ? 'failed' : 'completed' } : retry,
    )
    await redis.hset(key(parent), 'retried_by', jsonEncode(retries))
  }

  async function countJob(queue: string, runtime: number): Promise<void> {
    const hash = key(`queue:${queue}`)
    await redis.sadd(key('measured_queues'), hash)
    const before = Number((await redis.hget(hash, 'throughput')) ?? 0)
    await redis.hset(hash, { throughput: before + 1, runtime })
  }

  return {
    ...app,
    key,
    async push(queue: string, job: LaravelJob, tags: readonly string[] = []): Promise<string> {
      const payload = prepared(job, tags)
      await pending(queue, payload)
      await app.pushRaw(queue, payload)
      return idOf(payload)
    },
    async later(queue: string, dueAt: number, job: LaravelJob): Promise<string> {
      const payload = prepared({ ...job, delay: dueAt - seconds() })
      await pending(queue, payload)
      await app.laterRaw(queue, dueAt, payload)
      return idOf(payload)
    },
    /** Takes the first job, or the one that came last. @returns the payload that is reserved */
    async reserve(queue: string, side: 'l' | 'r' = 'l'): Promise<string> {
      const reserved = await app.pop(queue, side)
      if (reserved === null) throw new Error(`${queue} is empty`)
      const time = phpFloat(microtime())
      const hash = { status: 'reserved', payload: reserved, updated_at: time, reserved_at: time }
      await redis.hset(key(idOf(reserved)), hash)
      return reserved
    },
    async succeed(queue: string, reserved: string): Promise<void> {
      await app.deleteReserved(queue, reserved)
      await completed(reserved, false)
      await countJob(queue, 12)
    },
    /** A job that fails for good is deleted, which marks it as completed, and is marked as failed then. */
    async fail(queue: string, reserved: string, exception = exceptionText('No stock')): Promise<void> {
      const id = idOf(reserved)
      await app.deleteReserved(queue, reserved)
      await completed(reserved, true)
      await reference('failed_jobs', id)
      await reference('recent_failed_jobs', id)
      await redis.zrem(key('completed_jobs'), id)
      const { displayName, tags } = JSON.parse(reserved)
      const hash = { id, connection: 'redis', queue, name: displayName, status: 'failed', payload: reserved }
      await redis.hset(key(id), { ...hash, exception, context: '', failed_at: phpFloat(microtime()) })
      await expire(id, trim.failed ?? 10_080)
      for (const tag of Array.isArray(tags) ? tags : []) await redis.zadd(key(`failed:${tag}`), microtime(), id)
    },
    /** What `horizon:snapshot` does: keeps the counts and begins anew. */
    async snapshot(queues: readonly string[], at = seconds()): Promise<void> {
      for (const queue of queues) {
        const [throughput, runtime] = await redis.hmget(key(`queue:${queue}`), 'throughput', 'runtime')
        await redis.del(key(`queue:${queue}`))
        const snapshot = { throughput, runtime, wait: 0, time: at }
        await redis.zadd(key(`snapshot:queue:${queue}`), at, jsonEncode(snapshot))
      }
      await redis.set(key('last_snapshot_at'), at)
    },
    async master(name: string, status: 'running' | 'paused', at = seconds()): Promise<void> {
      await redis.hset(key(`master:${name}`), { name, environment: 'local', pid: '7', status, supervisors: '[]' })
      await redis.zadd(key('masters'), at, name)
      await redis.expire(key(`master:${name}`), 15)
    },
    async supervisor(name: string, processes: Readonly<Record<string, number>>, changes = {}): Promise<void> {
      const { status = 'running', at = seconds() }: { status?: string; at?: number } = changes
      const hash = { name, master: 'app-1', pid: '8', status, processes: jsonEncode(processes), options: '{}' }
      await redis.hset(key(`supervisor:${name}`), hash)
      await redis.zadd(key('supervisors'), at, name)
      await redis.expire(key(`supervisor:${name}`), 30)
    },
    countJob,
  }
}

export type HorizonApp = ReturnType<typeof horizonApp>
