import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { bucketOf } from '../../src/protocol/sketch.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { sketchOf } from '../stores/samples.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { docsBlocks, readDocs, validatorOf } from './records.js'

const run = promisify(execFile)
let server: TestRedis
let env: NodeJS.ProcessEnv

beforeAll(async () => {
  server = await startRedis()
  env = { ...process.env, REDIS_URL: server.url }
})
afterAll(() => server?.stop())
beforeEach(() => server.client().flushall())

async function readNodes() {
  const store = redisStore({ redis: server.url })
  const { nodes, unreadable } = await store.nodes()
  await store.close()
  expect(unreadable).toBe(0)
  return nodes
}

async function expectValid(key: string): Promise<void> {
  const validate = validatorOf('heartbeat')
  validate(JSON.parse((await server.client().get(key)) ?? 'null'))
  expect(validate.errors).toBeNull()
}

test('the SET of the docs shows up', async () => {
  const [command = ''] = docsBlocks('sh')
  expect(command).toContain('SET gravito:quasar:node:')
  await run('sh', ['-c', command], { env })
  await expectValid('gravito:quasar:node:nightly-import:db1-4711')
  const [node, ...others] = await readNodes()
  expect(others).toEqual([])
  expect(node).toMatchObject({ service: 'nightly-import', node: 'db1-4711', heartbeat: { language: 'other' } })
  expect(Math.abs((node?.lastBeat ?? 0) - Date.now())).toBeLessThan(60_000)
  expect(await server.client().ttl('gravito:quasar:node:nightly-import:db1-4711')).toBeGreaterThan(0)
})

/** Redis for the snippet, without redis-py: the commands go through redis-cli. */
const PYTHON_CLIENT = `
import os, subprocess
import reporter

class Cli:
    def pipeline(self, transaction):
        return self
    def send(self, *words):
        subprocess.run(["redis-cli", "-e", "-u", os.environ["REDIS_URL"], *map(str, words)], check=True, stdout=subprocess.DEVNULL)
    def set(self, key, value, px):
        self.send("SET", key, value, "PX", px)
    def zadd(self, key, members):
        for member, score in members.items():
            self.send("ZADD", key, score, member)
    def execute(self):
        pass

reporter.SERVICE = "night ly:import*(ñ)"
reporter.beat(Cli())
`

test('the reporter in Python shows up, with a name that needs encoding', async () => {
  const [snippet = ''] = docsBlocks('python')
  const folder = await mkdtemp(join(tmpdir(), 'quasar-python-'))
  await writeFile(join(folder, 'reporter.py'), snippet)
  await writeFile(join(folder, 'main.py'), PYTHON_CLIENT)
  await run('python3', [join(folder, 'main.py')], { env })
  await rm(folder, { recursive: true })
  const [node, ...others] = await readNodes()
  expect(others).toEqual([])
  expect(node).toMatchObject({
    service: 'night ly:import*(ñ)',
    heartbeat: {
      language: 'python',
      interval: 10_000,
      cpu: { load: [expect.any(Number), expect.any(Number), expect.any(Number)] },
    },
  })
  const [key = ''] = await server.client().keys('gravito:quasar:node:*')
  expect(key).toContain('night%20ly%3Aimport%2A(%C3%B1)')
  await expectValid(key)
})

test("the PHP snippet's heartbeat shows up", async () => {
  const [snippet = ''] = docsBlocks('php')
  const json = /<<<'JSON'\n([\s\S]*?)\nJSON/.exec(snippet)?.[1] ?? ''
  const heartbeat = { ...JSON.parse(json), id: 'web-1-7', timestamp: Date.now() }
  // What rawurlencode gives.
  await server.client().set('gravito:quasar:node:billing:web-1-7', JSON.stringify(heartbeat), 'PX', 30_000)
  await server.client().zadd('gravito:quasar:index:nodes', heartbeat.timestamp, 'billing:web-1-7')
  await expectValid('gravito:quasar:node:billing:web-1-7')
  const [node] = await readNodes()
  expect(node).toMatchObject({
    service: 'billing',
    node: 'web-1-7',
    heartbeat: { language: 'php', environment: 'production', runtime: { framework: 'laravel' } },
  })
  for (const line of ['$redis->set("gravito:quasar:node:$member"', "$redis->zAdd('gravito:quasar:index:nodes'"]) {
    expect(snippet).toContain(line)
  }
})

test('the slow entry of the docs is read, and fits its schema', async () => {
  const [command = ''] = docsBlocks('sh slow-entry')
  await run('sh', ['-c', command], { env })
  const [entry] = await server.client().xrange('gravito:quasar:slow:billing', '-', '+')
  const flat = entry?.[1] ?? []
  const fields = Object.fromEntries(flat.flatMap((value, index) => (index % 2 === 0 ? [[value, flat[index + 1]]] : [])))
  const validate = validatorOf('slow-entry')
  validate(fields)
  expect(validate.errors).toBeNull()
  const store = redisStore({ redis: server.url })
  const { records } = await store.slow({ service: 'billing', limit: 10 })
  expect(records).toMatchObject([
    {
      name: 'GET /invoices/:id',
      durationMs: 1_840,
      node: 'web-1-4711',
      meta: { method: 'GET', url: '/invoices/7?format' },
    },
  ])
  await store.close()
})

test('the queue snapshot of the docs shows up, with an index and without', async () => {
  const [json = ''] = docsBlocks('json queue-snapshot')
  const snapshot = JSON.stringify({ ...JSON.parse(json), timestamp: Date.now() })
  const expected = [
    {
      name: 'mail',
      driver: 'laravel',
      metrics: { waiting: 120, failed: null },
      states: ['waiting', 'active', 'delayed'],
    },
    { name: 'exports', metrics: { waiting: null }, error: expect.stringContaining('another type') },
  ]
  for (const isIndexed of [false, true]) {
    await server.client().set('gravito:quasar:queues:billing', snapshot, 'PX', 30_000)
    if (isIndexed) await server.client().zadd('gravito:quasar:index:queues', Date.now(), 'billing')
    const store = redisStore({ redis: server.url })
    const { snapshots, unreadable } = await store.queues()
    await store.close()
    expect(unreadable).toBe(0)
    expect(snapshots).toMatchObject([{ service: 'billing', reporter: 'web-1-4711', queues: expected }])
  }
})

test("the docs' examples of sketches are right", () => {
  const rows = [...readDocs().matchAll(/^\| ([\d., ]+) \| [\w ,]+ \| `([\w*,]+)` \|$/gm)]
  expect(rows).toHaveLength(3)
  for (const [, durations = '', text] of rows) expect(sketchOf(durations.split(', ').map(Number))).toBe(text)
})

test("the docs' formula names the bucket", () => {
  for (const duration of [0.001, 0.37, 1, 1.03, 7, 99.9, 1_000, 86_400_000, 1e9]) {
    const e = Math.floor(Math.log2(duration))
    expect(bucketOf(duration)).toBe(32 * (e + 10) + Math.floor(32 * (duration / 2 ** e - 1)))
  }
})
