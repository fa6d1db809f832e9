import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { postgresDriver } from '../../src/archive/postgres/index.js'
import { startPostgres, type TestPostgres } from '../support/postgres.js'
import { ALL_TIME, allJobs, seeded } from './conformance/samples.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const ROWS = 20_000
const BATCH = 50
const KILLS = 16

let server: TestPostgres
let folder: string

beforeAll(async () => {
  server = await startPostgres()
  // Inside node_modules, so that pg is found from there.
  folder = await mkdtemp(join(root, 'node_modules', '.quasar-test-'))
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: true,
      rolldownOptions: { input: { driver: join(root, 'src/archive/postgres/index.ts') } },
      outDir: folder,
      emptyOutDir: false,
      minify: false,
    },
  })
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  await writeFile(join(folder, 'rival.js'), RIVAL)
})
afterAll(async () => {
  await server?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

/** Archives the numbers after the cursor, over three days, until it has all. The cursor is the last one. */
const RIVAL = `
import { postgresDriver } from './driver.js'
const driver = postgresDriver({ url: process.env.ARCHIVE_URL, poolSize: 2 })
await driver.open()
const noon = ${Date.UTC(2026, 10, 20, 12)}
for (;;) {
  const expected = await driver.cursor('jobs:shop')
  const start = Number(expected ?? 0)
  if (start >= ${ROWS}) break
  const jobs = Array.from({ length: ${BATCH} }, (_, i) => {
    const n = start + i + 1
    const finishedAt = noon + n * 8640
    return { queue: 'q', queueName: 'q', id: String(n), name: 'n', outcome: 'completed', attempt: 1, addedAt: null, startedAt: null,
      finishedAt, waitMs: null, runMs: null, service: null, node: null, error: null,
      payload: { text: 'payload ' + n, isCut: false }, terms: ['n=' + n, 'every'] }
  })
  const body = Buffer.from(String(start))
  const figures = [{ kind: 'traffic', scope: 'shop', step: 60000, from: start * 60000, body }]
  const records = [{ kind: 'event', id: String(start), at: noon, service: null, name: null, body: '{}' }]
  const cursor = { stream: 'jobs:shop', expected, next: String(start + ${BATCH}) }
  await driver.write({ cursor, jobs, figures, records })
}
await driver.close()
`

function startRival(): ChildProcess {
  return spawn(process.execPath, [join(folder, 'rival.js')], {
    env: { ...process.env, ARCHIVE_URL: server.url },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}

test('rivals that are killed while they write leave every row once', async () => {
  const next = seeded(7)
  let kills = 0
  await Promise.all([rival(), rival()])

  /** Starts one after the other until one comes to the end. */
  async function rival(): Promise<void> {
    for (;;) {
      const child = startRival()
      const closed = once(child, 'close')
      const timer = setTimeout(() => kills++ < KILLS && child.kill('SIGKILL'), 500 + (next() % 900))
      const [code, signal] = await closed
      clearTimeout(timer)
      if (code === 0) return
      expect(signal).toBe('SIGKILL')
    }
  }

  const driver = postgresDriver({ url: server.url })
  await driver.open()
  try {
    expect(kills).toBeGreaterThan(3)
    expect(await driver.cursor('jobs:shop')).toBe(`${ROWS}`)
    const jobs = await allJobs(driver, { withPayloads: true })
    expect(jobs.map(({ id, payload }) => `${id} ${payload?.text}`)).toEqual(
      Array.from({ length: ROWS }, (_, i) => `${ROWS - i} payload ${ROWS - i}`),
    )
    const conditions = [{ by: 'term', term: 'every', isPrefix: false, isNot: false }] as const
    expect((await driver.facets({ ...ALL_TIME, conditions }, 2 * ROWS)).total).toBe(ROWS)
    const figures = await driver.figures({ kind: 'traffic', scope: 'shop', step: 60_000, ...ALL_TIME })
    expect(figures).toHaveLength(ROWS / BATCH)
    expect(await driver.status()).toMatchObject({ jobs: ROWS, payloads: ROWS, problems: [] })
    expect(await driver.verify()).toEqual([])
  } finally {
    await driver.close()
  }
})
