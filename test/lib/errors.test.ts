import { describe, expect, it } from 'vitest'
import { isQuasarError, QuasarError, startQuasar } from '../../src/index.js'
import { bullQueues } from '../../src/queues/bull/index.js'
import { bullmqQueues } from '../../src/queues/bullmq/index.js'
import { gravitoStreamQueues } from '../../src/queues/gravito-stream/index.js'
import { laravelQueues } from '../../src/queues/laravel/index.js'
import { redisListQueues } from '../../src/queues/redis-list/index.js'
import { sqsQueues } from '../../src/queues/sqs/index.js'
import { createZenith } from '../../src/runtime/create-zenith.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { redisStore } from '../../src/stores/redis/index.js'

const redis = 'redis://127.0.0.1:1'

/** By part: a function, options that it takes, and for each option a value that it does not take. */
const parts: [name: string, make: (options: never) => unknown, good: object, bad: Readonly<Record<string, unknown>>][] =
  [
    ['startQuasar', startQuasar, { redis: false }, { redis: 5, prefix: 5, token: 'short', interval: 'x' }],
    ['createZenith', createZenith, { redis: false }, { redis: 5, prefix: 5, token: 'short', queues: 5 }],
    ['redisStore', redisStore, { redis }, { redis: 5, prefix: 5, token: 'short', scanEvery: 'x', requireToken: 5 }],
    ['memoryStore', memoryStore, {}, { maxNodes: 0, maxRollups: 'x' }],
    ['bullQueues', bullQueues, { redis }, { redis: 5, prefix: 5, queues: [], bull: 5 }],
    ['bullmqQueues', bullmqQueues, { connection: redis }, { connection: 5, prefix: 5, queues: [] }],
    ['gravitoStreamQueues', gravitoStreamQueues, { redis }, { redis: 5, prefix: 5, queues: [], scanEvery: 1 }],
    ['laravelQueues', laravelQueues, { redis }, { redis: 5, prefix: 5, queues: [], horizonPrefix: true }],
    ['redisListQueues', redisListQueues, { redis, queues: ['a'] }, { redis: 5, prefix: 5, queues: [] }],
    ['sqsQueues', sqsQueues, {}, { client: 5, region: '!', queues: [], pollEvery: 1 }],
  ]

const cases = parts.flatMap(([name, make, good, bad]) =>
  Object.entries(bad).map(([option, value]) => [name, option, value, make, good] as const),
)

describe('a bad option of any part is one kind of error that names it', () => {
  it.each(cases)('%s, %s: %j', (_, option, value, make, good) => {
    const error = thrownBy(() => make({ ...good, [option]: value } as never))
    expect(error).toBeInstanceOf(QuasarError)
    expect(isQuasarError(error)).toBe(true)
    expect(error).toMatchObject({ code: 'invalid_option', message: expect.stringMatching(/takes/) })
    expect((error as Error).message).toContain(`option "${option}"`)
  })

  it.each(parts)('%s, of an option that there is not', (name, make, good) => {
    const error = thrownBy(() => make({ ...good, nosuch: 1 } as never))
    expect(error).toBeInstanceOf(QuasarError)
    const owner = { startQuasar: 'Quasar', createZenith: 'Zenith' }[name] ?? name
    expect((error as Error).message).toContain(`${owner} has no option "nosuch". Its options are `)
  })

  it.each(parts)('%s, of options that are none', (_, make) => {
    for (const options of [null, 5, 'x', []]) expect(thrownBy(() => make(options as never))).toBeInstanceOf(QuasarError)
  })
})

function thrownBy(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  return null
}
