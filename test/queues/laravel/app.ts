import { randomBytes, randomUUID } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import { jsonEncode } from './php.js'

/** Takes the first job (or the last) as workers do: attempts go up and Redis writes the payload anew, its way. */
const POP = (side: 'l' | 'r') => `
local job = redis.call('${side}pop', KEYS[1])
if not job then return false end
local taken = cjson.decode(job)
taken['attempts'] = taken['attempts'] + 1
taken = cjson.encode(taken)
redis.call('zadd', KEYS[2], ARGV[1], taken)
redis.call('lpop', KEYS[3])
return taken`

const PUSH = `redis.call('rpush', KEYS[1], ARGV[1]) return redis.call('rpush', KEYS[2], 1)`

export interface LaravelJob {
  readonly name: string
  readonly data: unknown
  /** s */
  readonly delay?: number
  /** Fields of the payload that differ. */
  readonly fields?: Readonly<Record<string, unknown>>
}

export interface LaravelAppOptions {
  readonly prefix?: string
  /** Of the framework: 12 began to write `createdAt` and `delay`. */
  readonly version?: 10 | 11 | 12 | 13
  /** Laravel 13 puts braces around names there. */
  readonly cluster?: boolean
  /** For jobs that were taken, s. */
  readonly retryAfter?: number
}

export const seconds = () => Math.floor(Date.now() / 1_000)

/** What Laravel's queue on Redis does, written as it writes it. */
export function laravelApp(redis: Redis | Cluster, options: LaravelAppOptions = {}) {
  const { prefix = 'laravel_database_', version = 13, cluster = false, retryAfter = 90 } = options
  const keyOf = (queue: string) => `${prefix}queues:${cluster && !queue.includes('{') ? `{${queue}}` : queue}`

  function payloadArray({ name, data, delay, fields }: LaravelJob): Record<string, unknown> {
    const dated = version >= 12 ? { createdAt: seconds() } : {}
    return {
      uuid: randomUUID(),
      displayName: name,
      job: `${name}@handle`,
      maxTries: null,
      maxExceptions: null,
      failOnTimeout: false,
      backoff: null,
      timeout: null,
      data,
      ...dated,
      id: randomBytes(16).toString('hex'),
      attempts: 0,
      ...(version >= 12 ? { delay: delay ?? null } : {}),
      ...fields,
    }
  }

  return {
    keyOf,
    payloadArray,
    createPayload: (job: LaravelJob) => jsonEncode(payloadArray(job), { unescapedUnicode: true }),
    async pushRaw(queue: string, payload: string) {
      await redis.eval(PUSH, 2, keyOf(queue), `${keyOf(queue)}:notify`, payload)
    },
    async laterRaw(queue: string, dueAt: number, payload: string) {
      await redis.zadd(`${keyOf(queue)}:delayed`, dueAt, payload)
    },
    /** @returns the payload as it is among the reserved ones */
    async pop(queue: string, side: 'l' | 'r' = 'l'): Promise<string | null> {
      const key = keyOf(queue)
      const keys = [key, `${key}:reserved`, `${key}:notify`]
      return (await redis.eval(POP(side), 3, ...keys, seconds() + retryAfter)) as string | null
    },
    async deleteReserved(queue: string, reserved: string) {
      await redis.zrem(`${keyOf(queue)}:reserved`, reserved)
    },
    async release(queue: string, reserved: string, delay: number) {
      await redis.zrem(`${keyOf(queue)}:reserved`, reserved)
      await redis.zadd(`${keyOf(queue)}:delayed`, seconds() + delay, reserved)
    },
  }
}

export type LaravelApp = ReturnType<typeof laravelApp>
export const uuidOf = (payload: string): string => JSON.parse(payload).uuid
