import { afterEach, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest'
import { startQuasar } from '../../src/index.js'
import { bullmqQueues } from '../../src/queues/bullmq/index.js'
import { gravitoStreamQueues } from '../../src/queues/gravito-stream/index.js'
import { laravelQueues } from '../../src/queues/laravel/index.js'
import { redisListQueues } from '../../src/queues/redis-list/index.js'
import { createZenith } from '../../src/runtime/create-zenith.js'
import { diagnose } from '../cli/doctor-run.js'
import { ensureBuilt } from '../support/pack.js'
import { startRedis, type TestRedis } from '../support/redis.js'

let server: TestRedis

beforeAll(() => ensureBuilt())
beforeEach(async () => {
  server = await startRedis({ args: ['--rename-command', 'TIME', ''] })
  await server.client().call('acl', 'setuser', 'timeless', 'on', '>secret', '~*', '+@all', '-time')
})
afterEach(() => server.stop())

const WAYS: readonly (readonly [string, () => string])[] = [
  ['does not know it', () => server.url],
  ['denies it', () => `redis://timeless:secret@127.0.0.1:${server.port}`],
]

it.each(WAYS)('a Redis without TIME, that %s, is reported to and read', async (_, url) => {
  const quasar = startQuasar({ service: 'timeless', redis: url(), logger: false })
  onTestFinished(() => quasar.stop())
  quasar.captureException(new Error('told'))
  await quasar.flush()
  await quasar.flush()
  expect(quasar.status()).toMatchObject({ error: null, lastReportAt: expect.any(Number), dropped: 0 })
  const zenith = createZenith({ redis: url(), auth: () => 'viewer', logger: false })
  onTestFinished(() => zenith.close())
  const overview = await (await zenith.fetch(new Request('http://localhost/api/overview'))).json()
  expect(overview).toMatchObject({
    services: [{ service: 'timeless', nodes: { live: 1, lost: 0 } }],
    exceptions: [{ message: 'told' }],
    unreadable: 0,
    store: { ok: true, error: null },
  })
})

it.each(WAYS)('queues are read from a Redis that %s', async (_, url) => {
  const admin = server.client()
  await admin.rpush('mail', 'one')
  await admin.hset('bull:letters:meta', 'version', 'bullmq:5.0.0')
  await admin.rpush('bull:letters:wait', '1')
  await admin.rpush('queue:stream', '{}')
  await admin.rpush('queues:php', '{}')
  const sources = [
    redisListQueues({ redis: url(), queues: ['mail'] }),
    bullmqQueues({ connection: url(), queues: ['letters'] }),
    gravitoStreamQueues({ redis: url(), queues: ['stream'] }),
    laravelQueues({ redis: url(), prefix: '', queues: ['php'] }),
  ]
  for (const source of sources) {
    const { queues } = await source.read()
    expect(queues, source.driver).toMatchObject([{ error: null, metrics: { waiting: 1 } }])
    await source.close?.()
  }
})

it('is what the doctor hints at', async () => {
  const { exitCode, of } = await diagnose(server.url)
  expect(exitCode).toBe(0)
  expect(of('clock-unknown')).toMatchObject({ level: 'hint', message: expect.stringContaining('TIME') })
})

it('keeps to what Redis’ clock shows all the same: rollups that are too old go', async () => {
  const admin = server.client()
  const old = Date.now() - 24 * 3_600_000
  for (let number = 0; number < 300; number++)
    await admin.xadd('gravito:quasar:rollup:timeless', `${old + number}-1`, 'data', '{}')
  const quasar = startQuasar({ service: 'timeless', redis: server.url, logger: false })
  onTestFinished(() => quasar.stop())
  for (let report = 0; report < 3; report++) {
    await quasar.run('work', async () => {})
    await quasar.flush()
  }
  expect(await admin.xlen('gravito:quasar:rollup:timeless')).toBeLessThan(150)
})
