import { once } from 'node:events'
import { afterAll, beforeAll, expect, vi } from 'vitest'
import type { NodeEntry } from '../../src/ports/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { type Program, type ProgramOptions, startProgram } from '../support/program.js'
import { exceptions, type Recorded, recordedBy } from '../support/recorded.js'
import { startRedis, type TestRedis } from '../support/redis.js'

/** What the life-cycle tests look at: programs of their own, and what these leave in a Redis of the test's own. */
export interface Fleet {
  /** Of its Redis. */
  url(): string
  /** Starts a program whose Quasar reports here; killed after the tests when it still runs. */
  start(source: string, options?: ProgramOptions): Promise<Program>
  nodesOf(service: string): Promise<readonly NodeEntry[]>
  recorded(service: string): Promise<Recorded>
  exceptions(service: string): ReturnType<typeof exceptions>
  /** Waits until that many nodes of a service are in the index. */
  waitForNodes(service: string, count: number): Promise<readonly NodeEntry[]>
}

export function openFleet(): Fleet {
  let redis: TestRedis
  let store: ReturnType<typeof redisStore>
  const programs: Program[] = []
  beforeAll(async () => {
    redis = await startRedis()
    store = redisStore({ redis: redis.url })
  })
  afterAll(async () => {
    for (const { child } of programs) child.kill('SIGKILL')
    await store?.close()
    await redis?.stop()
  })
  const nodesOf = async (service: string) => (await store.nodes()).nodes.filter((node) => node.service === service)
  return {
    url: () => redis.url,
    async start(source, options = {}) {
      const env = { QUASAR_REDIS_URL: redis.url, ...options.env }
      const program = await startProgram(source, { ...options, env })
      programs.push(program)
      return program
    },
    nodesOf,
    recorded: (service) => recordedBy(store, service),
    exceptions: (service) => exceptions(store, service),
    async waitForNodes(service, count) {
      await vi.waitFor(async () => expect(await nodesOf(service)).toHaveLength(count))
      return nodesOf(service)
    },
  }
}

/** What a program says next; rejects with its output when it ends before. */
export async function said<T>({ child, ended }: Program): Promise<T> {
  const message = once(child, 'message').then(([value]) => value as T)
  const end = ended.then(({ code, stderr }) => Promise.reject(new Error(`Ended with ${code}: ${stderr}`)))
  return Promise.race([message, end])
}

/** How often each route was counted. */
export function countsOf({ routes }: Recorded): Record<string, number> {
  return Object.fromEntries([...routes].map(([key, { count }]) => [key, count]))
}
