import type { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { QueueSource } from '../../src/ports/index.js'
import { bullmqQueues } from '../../src/queues/bullmq/index.js'
import { laravelQueues } from '../../src/queues/laravel/index.js'
import { redisListQueues } from '../../src/queues/redis-list/index.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { CASES, type Case } from './vectors/cases.js'

let server: TestRedis
let redis: Redis
beforeAll(async () => {
  server = await startRedis()
  redis = server.client()
})
afterAll(() => server?.stop())

function open({ driver, config }: Case): QueueSource {
  if (driver === 'bullmq') return bullmqQueues({ connection: server.url, ...config })
  if (driver === 'redis-list') return redisListQueues({ redis: server.url, queues: [], ...config })
  return laravelQueues({ redis: server.url, ...config })
}

/** `{{ms-100000}}`, `{{s-100}}`, `{{due-100000}}`: a time before or after now, in ms, in s, and in ms times 4096. */
function dated(word: string, now: number): string {
  return word.replace(/\{\{(ms|s|due)([+-]\d+)\}\}/g, (_, unit: string, offset: string) => {
    if (unit === 's') return String(Math.floor(now / 1_000) + Number(offset))
    return String((now + Number(offset)) * (unit === 'due' ? 4096 : 1))
  })
}

/** Ages are whole minutes: a reading may come some seconds later. */
const minutes = (age: number | null) => (age === null ? null : Math.floor(age / 60_000) * 60_000)

async function read(one: Case) {
  const source = open(one)
  try {
    const { queues } = await source.read()
    return queues.map(
      ({ name, driver, place = source.place, metrics, paused, oldestMs, overdueMs, workers, meta, error }) => ({
        name,
        driver,
        place: place.replace(/^[^/]*/, '{redis}'),
        metrics: Object.fromEntries(Object.entries(metrics).filter(([, count]) => count !== null)),
        paused,
        oldestMs: minutes(oldestMs),
        overdueMs: minutes(overdueMs),
        workers,
        meta,
        isBroken: error !== null,
      }),
    )
  } finally {
    await source.close()
  }
}

/** After a change: `npx vitest run test/queues/vectors.test.ts -u`. */
test.each(Object.entries(CASES))('the vector %s is what the package reads', async (name, one) => {
  await redis.flushall()
  for (const [command = '', ...words] of one.commands)
    await redis.call(command, ...words.map((word) => dated(word, Date.now())))
  const text = `${JSON.stringify({ ...one, queues: await read(one) }, null, 1)}\n`
  await expect(text).toMatchFileSnapshot(`../../schemas/vectors/queues/${name}.json`)
})
