import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest'
import { formatNodeId } from '../../src/protocol/node-id.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { ensureBuilt } from '../support/pack.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { beatOf, report } from '../zenith/support/records.js'
import { diagnose } from './doctor-run.js'

let redis: TestRedis

beforeAll(async () => {
  await ensureBuilt()
  redis = await startRedis()
})

afterAll(() => redis.stop())
beforeEach(() => redis.client().flushall())

const sdk = { name: '@gravito/quasar', version: '0.1.0' }

async function write(service: string, node: string, fields: Record<string, unknown> = {}): Promise<void> {
  const store = redisStore({ redis: redis.url })
  onTestFinished(() => store.close())
  await report(store, beatOf(service, node, { sdk, ...fields }))
}

it('tells of each service what it reports and by which versions', async () => {
  await write('shop', 'web-1', { runtime: { uptime: 5, framework: 'express' }, requests: { rate: 1 } })
  await write('shop', 'web-2', { sdk: { ...sdk, version: '0.2.0' } })
  await redis.client().set('gravito:quasar:node:cron:db-1', `{"v":2,"timestamp":${Date.now()}}`, 'EX', 30)
  const { exitCode, services, of } = await diagnose(redis.url)
  expect(exitCode).toBe(0)
  expect(services).toMatchObject([
    { service: 'cron', alive: 1, lost: 0, sdks: ['unknown'], protocols: [2], reports: { requests: false } },
    {
      service: 'shop',
      alive: 2,
      sdks: ['@gravito/quasar 0.1.0', '@gravito/quasar 0.2.0'],
      frameworks: ['express'],
      intervals: [10_000],
      reports: { requests: true, jobs: false, queues: false },
    },
  ])
  expect(of('mixed-versions')).toMatchObject({ level: 'hint', subject: 'shop' })
})

it('tells replaced nodes from lost ones, as Zenith does', async () => {
  const now = Date.now()
  const idOf = (pid: number, agoMs: number) => formatNodeId({ ...node, pid, startedAt: now - agoMs }, 200)
  const node = { host: 'shop-host', thread: 0, recorder: 1 }
  const running = idOf(3, 10_000)
  await write('deployed', running, { hostname: node.host, timestamp: now, runtime: { uptime: 10 } })
  const index = 'gravito:quasar:index:nodes'
  for (const [id, agoMs] of [
    [idOf(1, 900_000), 600_000],
    [idOf(2, 600_000), 60_000],
  ] as const) {
    await redis.client().zadd(index, now - agoMs, `deployed:${id}`)
  }
  const { findings, services, of } = await diagnose(redis.url)
  expect(services.find(({ service }) => service === 'deployed')).toMatchObject({ alive: 1, lost: 0, replaced: 2 })
  expect(findings.filter(({ code, subject }) => code === 'nodes-lost' && subject === 'deployed')).toEqual([])
  const summary = findings.find(({ code, subject }) => code === 'service' && subject === 'deployed')
  expect(summary?.message).toContain('1 node alive, 2 replaced')
  expect(of('redis-reached')).toBeDefined()
})

it('finds nodes that were lost, records that were dropped and heartbeats that nobody can read', async () => {
  await write('shop', 'web-1')
  await write('shop', 'web-2')
  await write('mail', 'worker-1')
  await write('busy', 'web-1', { recorder: { dropped: 7 } })
  await redis.client().del('gravito:quasar:node:shop:web-2', 'gravito:quasar:node:mail:worker-1')
  await redis.client().set('gravito:quasar:node:odd:n1', 'not JSON \u001b[2J')
  const { exitCode, findings, of } = await diagnose(redis.url)
  expect(exitCode).toBe(1)
  const lost = findings.filter(({ code }) => code === 'nodes-lost')
  expect(lost).toMatchObject([
    { level: 'problem', subject: 'mail' },
    { level: 'hint', subject: 'shop', message: expect.stringContaining('web-2') },
  ])
  expect(of('records-dropped')).toMatchObject({ subject: 'busy/web-1', message: expect.stringContaining('7 records') })
  expect(of('heartbeat-unreadable')).toMatchObject({ level: 'problem', subject: 'odd/n1' })
})

it.each([
  ['ahead of', 3_600_000],
  ['behind', -3_600_000],
])('finds a clock that is an hour %s that of Redis', async (how, off) => {
  await write('shop', 'web-1')
  await write('shop', 'web-2')
  // As a reporter that knows its own clock alone.
  const beat = { ...beatOf('shop', 'web-2', { sdk, hostname: 'box-2' }), timestamp: Date.now() + off }
  await redis.client().set('gravito:quasar:node:shop:web-2', JSON.stringify(beat), 'PX', 30_000)
  const { exitCode, findings } = await diagnose(redis.url)
  const skews = findings.filter(({ code }) => code === 'node-clock-skew')
  expect(exitCode).toBe(1)
  expect(skews).toMatchObject([{ level: 'problem', subject: 'shop/web-2' }])
  expect(skews[0]?.message).toMatch(new RegExp(`\\(box-2\\) is 1 h ${how}`))
})

it('lets nothing in a name move the cursor', async () => {
  await write('shop\u001b[2J', 'web-1')
  const { run } = await import('./command.js')
  const { stdout } = await run(['doctor', '--redis', redis.url])
  expect(stdout).toContain('shop')
  expect(stdout).not.toContain('\u001b')
})
