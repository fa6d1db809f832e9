import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest'
import type { QueueReading, QueueSource } from '../../src/ports/index.js'
import { type BullmqQueuesOptions, bullmqQueues } from '../../src/queues/bullmq/index.js'
import { BullBench } from './bullmq-system.js'
import { requireFrom } from './installed.js'
import type { BullMQ } from './job-hosts.js'
import { startRedis, type TestRedis } from './redis.js'

export const VERSIONS = ['6', '5'] as const
/** With 5.12, which does not yet write its version to a queue. */
export const OWNERS = [...VERSIONS, '512'] as const
export type BullVersion = (typeof OWNERS)[number]

export function bullmqOf(version: BullVersion): BullMQ {
  return requireFrom(`bullmq${version}`)('bullmq') as BullMQ
}

/** A Redis for the tests of a file, emptied before each of them, and what they make, ended after each. */
export class BullRedis {
  redis!: TestRedis
  client!: Redis
  readonly #ends: (() => Promise<unknown>)[] = []

  constructor() {
    beforeAll(async () => {
      this.redis = await startRedis()
      this.client = this.redis.client()
    })
    beforeEach(async () => {
      await this.client.flushall()
      await this.client.config('RESETSTAT')
    })
    afterEach(async () => {
      for (const end of this.#ends.splice(0)) await end()
    })
    afterAll(() => this.redis.stop())
  }

  bench(version: BullVersion = '6', prefix = 'bull'): BullBench {
    const bench = new BullBench({
      bullmq: bullmqOf(version),
      connection: { host: '127.0.0.1', port: this.redis.port },
      prefix,
    })
    this.#ends.push(() => bench.end())
    return bench
  }

  source(options: BullmqQueuesOptions = {}): QueueSource {
    const source = bullmqQueues({ connection: this.redis.url, ...options })
    this.#ends.push(() => source.close())
    return source
  }

  /** How often the server ran a command since the test began. */
  async calls(command: string): Promise<number> {
    const stats = await this.client.info('commandstats')
    const name = command.replace('|', '\\|')
    return Number(new RegExp(`^cmdstat_${name}:calls=(\\d+)`, 'm').exec(stats)?.[1] ?? 0)
  }
}

export async function readOne(source: QueueSource, name: string): Promise<QueueReading> {
  const { queues } = await source.read()
  const found = queues.find((queue) => queue.name === name)
  if (!found) throw new Error(`${name} was not read`)
  return found
}

/** A method that the source must have. */
export function the<K extends keyof QueueSource>(source: QueueSource, method: K): NonNullable<QueueSource[K]> {
  const found = source[method]
  if (!found) throw new Error(`The source has no ${String(method)}`)
  return found as NonNullable<QueueSource[K]>
}

/** Workers of these versions end these jobs of the queue `mail`, each once, and leave nothing else. */
export async function endEach(
  bull: BullRedis,
  versions: readonly BullVersion[],
  ids: readonly string[],
): Promise<void> {
  const ended: string[] = []
  const connection = { host: '127.0.0.1', port: bull.redis.port }
  const workers = versions.map((version) => {
    const worker = new (bullmqOf(version).Worker)('mail', async (job) => void ended.push(job.id ?? ''), { connection })
    return worker.on('error', () => {})
  })
  const lists = ['wait', 'paused', 'active'].map((list) => `bull:mail:${list}`)
  const sets = ['delayed', 'prioritized'].map((set) => `bull:mail:${set}`)
  try {
    await vi.waitFor(async () => {
      expect([...ended].sort()).toEqual([...ids].sort())
      const left = [...lists.map((key) => bull.client.llen(key)), ...sets.map((key) => bull.client.zcard(key))]
      expect(await Promise.all(left)).toEqual([0, 0, 0, 0, 0])
    }, 10_000)
  } finally {
    await Promise.all(workers.map((worker) => worker.close()))
  }
}
