import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Queue, Worker } from 'bullmq'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ArchivedJobDetail } from '../../src/api/archived-jobs.js'
import { encodeRollup, keysOf, referenceOf } from '../../src/protocol/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { extent } from '../support/extent.js'
import { ensureBuilt } from '../support/pack.js'
import { startPostgres } from '../support/postgres.js'
import { startProgram } from '../support/program.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { ask } from '../zenith/support/http.js'
import { beatOf, report } from '../zenith/support/records.js'
import { quasar, run } from './command.js'
import { cookieBy, linkOf } from './link.js'

const MINUTE = 60_000
let redis: TestRedis

beforeAll(async () => {
  await ensureBuilt()
  redis = await startRedis()
})

afterAll(() => redis.stop())

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'quasar-cli-archive-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** Requests of three minutes ago. */
async function addTraffic(prefix: string, count: number): Promise<void> {
  const to = Math.floor(Date.now() / MINUTE) * MINUTE - 2 * MINUTE
  const route = { key: 'GET /users/:id', count, errors: 1, aborted: 0, classes: [], sketch: '8w' }
  const rollup = { v: 2, node: 'web-1', from: to - MINUTE, to, routes: [route], jobs: [] } as const
  await redis.client().xadd(keysOf(prefix).history('shop'), '*', 'data', encodeRollup(rollup))
}

/** A worker whose queue removes its only job once that is done. */
const WORKER = `import { Queue, Worker } from 'bullmq'
import { monitorWorker } from '@gravito/quasar/bullmq'
const connection = { url: process.env.QUASAR_REDIS_URL, maxRetriesPerRequest: null }
const queue = new Queue('mail', { connection })
const worker = new Worker('mail', async () => {}, { connection })
const { stop } = monitorWorker(worker, { service: 'mailer', archiveJobs: 'payloads', logger: false })
worker.on('completed', async () => {
  await stop()
  process.send('reported')
})
await queue.add('welcome', { email: 'ada@example.com' }, { removeOnComplete: true })
setInterval(() => {}, 1_000)`

/** Starts it in a folder and waits until it says where it is. */
async function zenith(args: readonly string[], { cwd = folder(), env = {} as NodeJS.ProcessEnv } = {}) {
  const running = quasar(['zenith', '--port', '0', ...args], {
    cwd,
    env: { QUASAR_REDIS_URL: redis.url, QUASAR_ARCHIVE: '', ...env },
  })
  const url = (await running.said(/Zenith is at (\S+)/)).replace(/\/$/, '')
  const headers = { cookie: await cookieBy(await linkOf(running)) }
  return { running, cwd, get: async (path: string) => (await ask(url + path, { headers })).json() as Promise<unknown> }
}

describe('quasar zenith --archive', () => {
  it('archives into ./quasar-data unless told otherwise, and says so', async () => {
    const store = redisStore({ redis: redis.url, prefix: 'kept:' })
    onTestFinished(() => store.close())
    await report(store, beatOf('shop', 'web-1'))
    await addTraffic('kept:', 10)
    const { running, cwd, get } = await zenith([
      '--prefix',
      'kept:',
      '--archive-days',
      '7',
      '--archive-max-bytes',
      '1GB',
    ])
    const place = await running.said(/Zenith archives to (\S+); --archive none switches it off/)
    expect(place).toMatch(/quasar-data$/)
    expect(existsSync(join(cwd, 'quasar-data', 'archive.db'))).toBe(true)
    await vi.waitFor(
      async () => expect(await get('/api/archive')).toMatchObject({ kind: 'sqlite', state: 'archiving' }),
      {
        timeout: 60_000,
        interval: 200,
      },
    )
    const history = await run(['archive', 'export', 'history', '--service', 'shop', '--from', '1h', '--archive', place])
    expect([history.code, history.stderr]).toEqual([0, ''])
    expect(JSON.parse(history.stdout)).toMatchObject({ service: 'shop', requests: { count: 10 } })
    running.child.kill('SIGTERM')
    expect(await running.ended).toBe(0)
    expect(running.stderr).toBe('')
  })

  // That no payload comes takes a minute to see.
  const choices = [
    ['yes', {}, '{"n":1}'],
    ['no', {}, null],
    [null, { QUASAR_ARCHIVE_PAYLOADS: '0' }, null],
  ] as const
  it.each(extent(choices, ([option]) => option !== null))(
    'archives payloads of listed jobs or not: %s %j',
    async (option, env, payload) => {
      const name = `jobs-${option}-${payload === null}`
      const connection = { url: redis.url, maxRetriesPerRequest: null }
      const queue = new Queue(name, { connection })
      const worker = new Worker(name, async () => {}, { connection })
      onTestFinished(async () => void (await Promise.all([worker.close(), queue.close()])))
      await queue.add('send', { n: 1 })
      await vi.waitFor(async () => expect(await queue.getCompletedCount()).toBe(1), { timeout: 60_000, interval: 50 })
      const { get } = await zenith(['--queues', 'bullmq', ...(option ? ['--archive-payloads', option] : [])], { env })
      const { job } = await vi.waitFor(
        async () => {
          const { items } = (await get(`/api/archive/jobs?q=queue:${name}`)) as {
            items: { queue: string; id: string }[]
          }
          expect(items).toHaveLength(1)
          return { job: items[0] }
        },
        { timeout: 90_000, interval: 200 },
      )
      const path = `/api/archive/queues/${referenceOf(job?.queue ?? '')}/jobs/${referenceOf(job?.id ?? '')}`
      const { payloads, attempts } = (await get(path)) as ArchivedJobDetail
      expect([payloads, attempts.map((attempt) => attempt.payload?.text ?? null)]).toEqual([true, [payload]])
    },
  )

  it('finds a job that Redis no longer has by its payload, which the worker sealed', async () => {
    const env = { QUASAR_REDIS_URL: redis.url, QUASAR_TOKEN: 'a-token-of-the-test' }
    const worker = await startProgram(WORKER, { env })
    await once(worker.child, 'message')
    worker.child.kill()
    expect(await redis.client().exists('bull:mail:1')).toBe(0)
    const { get } = await zenith([], { env })
    const search = new URLSearchParams({ q: 'email:ada@example.com' })
    await vi.waitFor(
      async () =>
        expect(await get(`/api/archive/jobs?${search}`)).toMatchObject({ items: [{ id: '1', name: 'welcome' }] }),
      { timeout: 90_000, interval: 200 },
    )
  })

  it('archives nowhere with none', async () => {
    const { running, cwd, get } = await zenith(['--archive', 'none'])
    expect(await get('/api/archive')).toMatchObject({ error: { code: 'not_found' } })
    expect(running.stdout).not.toContain('archive')
    expect(existsSync(join(cwd, 'quasar-data'))).toBe(false)
  })

  it('goes on without history while another process has the directory, says so once, and takes over', async () => {
    const first = await zenith([])
    await first.running.said(/Zenith archives to/)
    const second = await zenith(['--prefix', 'other:'], { cwd: first.cwd })
    await vi.waitFor(() => expect(second.running.stderr).toMatch(/The archive in \S+ is open in process \d+ on/))
    expect(second.running.stderr).toContain('Zenith has no history until the archive opens.')
    expect(second.running.stderr).toContain('--archive none switches it off')
    expect(await second.get('/api/nodes')).toMatchObject({ total: 0 })
    expect(await second.get('/api/archive')).toMatchObject({ error: { code: 'archive_unavailable' } })
    first.running.child.kill('SIGTERM')
    await first.running.ended
    await vi.waitFor(() => expect(second.running.stdout).toMatch(/Zenith archives again after \d+ s/), {
      timeout: 90_000,
      interval: 200,
    })
    expect(second.running.stderr.match(/is open in process/g)).toHaveLength(1)
  })

  it('archives to PostgreSQL, and never shows the password', async () => {
    const postgres = await startPostgres()
    onTestFinished(() => postgres.stop())
    const url = new URL(postgres.url)
    url.password = 'hush-hush-password'
    const { running, get } = await zenith(['--archive', String(url)])
    expect(await running.said(/Zenith archives to (\S+)/)).toBe(`postgres://127.0.0.1:${url.port}${url.pathname}`)
    await vi.waitFor(async () => expect(await get('/api/archive')).toMatchObject({ state: 'archiving' }), {
      timeout: 60_000,
      interval: 200,
    })
    await postgres.halt()
    await vi.waitFor(async () => expect(await get('/api/archive')).toHaveProperty('error'), { timeout: 60_000 })
    expect(running.stdout + running.stderr).not.toContain('hush')
  })
})
