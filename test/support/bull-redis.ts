import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import type { QueueSource } from '../../src/ports/index.js'
import { type BullQueuesOptions, bullQueues } from '../../src/queues/bull/index.js'
import { BullBench } from './bull-system.js'
import { startRedis, type TestRedis } from './redis.js'

/** A Redis for the tests of a file, emptied before each of them, and what they make, ended after each. */
export class BullRedis {
  redis!: TestRedis
  client!: Redis
  readonly #ends: (() => unknown)[] = []

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
      for (const end of this.#ends.splice(0).reverse()) await end()
    })
    afterAll(() => this.redis.stop())
  }

  atEnd(end: () => unknown): void {
    this.#ends.push(end)
  }

  bench(prefix = 'bull'): BullBench {
    const bench = new BullBench({ host: '127.0.0.1', port: this.redis.port }, prefix)
    this.atEnd(() => bench.end())
    return bench
  }

  source(options: BullQueuesOptions = {}): QueueSource {
    const source = bullQueues({ redis: this.redis.url, ...options })
    this.atEnd(() => source.close())
    return source
  }

  /** A URL of a user who may do all but some commands. */
  async without(...commands: string[]): Promise<string> {
    const user = `no-${commands.join('-').replace(/\W/g, '')}`
    await this.client.call(
      'acl',
      'setuser',
      user,
      'on',
      'nopass',
      '~*',
      '&*',
      '+@all',
      ...commands.map((one) => `-${one}`),
    )
    return `redis://${user}:any@127.0.0.1:${this.redis.port}`
  }

  /** How often the server ran a command since the test began. */
  async calls(command: string): Promise<number> {
    const stats = await this.client.info('commandstats')
    const name = command.replace('|', '\\|')
    return Number(new RegExp(`^cmdstat_${name}:calls=(\\d+)`, 'm').exec(stats)?.[1] ?? 0)
  }
}
