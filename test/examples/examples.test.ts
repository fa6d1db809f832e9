import { readFileSync } from 'node:fs'
import { Queue } from 'bullmq'
import request from 'supertest'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { NodeEntry } from '../../src/ports/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { freePort, startRedis, type TestRedis } from '../support/redis.js'
import { type Running, start } from './run-script.js'

const patience = { timeout: 30_000, interval: 100 }

interface Example {
  name: string
  framework: string
  script: string
  /** The file with the one line, and the line as the project's README shows it. */
  source: string
  line: string
  path: string | null
}

const examples: Example[] = [
  {
    name: 'express',
    framework: 'express',
    script: 'examples/express/app.mjs',
    source: 'examples/express/app.mjs',
    line: 'app.use(quasar())',
    path: '/products/1',
  },
  {
    name: 'fastify',
    framework: 'fastify',
    script: 'examples/fastify/app.mjs',
    source: 'examples/fastify/app.mjs',
    line: 'app.register(quasarPlugin)',
    path: '/orders/1001',
  },
  {
    name: 'hono',
    framework: 'hono',
    script: 'examples/hono/app.mjs',
    source: 'examples/hono/app.mjs',
    line: 'app.use(quasar())',
    path: '/items/a1',
  },
  {
    name: 'nest',
    framework: 'nest',
    script: 'examples/nest/dist/main.js',
    source: 'examples/nest/src/app.module.ts',
    line: 'imports: [QuasarModule.forRoot()]',
    path: '/accounts/7',
  },
  {
    name: 'bullmq',
    framework: 'bullmq',
    script: 'examples/bullmq/worker.mjs',
    source: 'examples/bullmq/worker.mjs',
    line: 'monitorWorker(worker)',
    path: null,
  },
]

let redis: TestRedis
let running: Running | null = null

beforeAll(async () => {
  redis = await startRedis()
  const compiled = start(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'examples/nest'], {})
  if ((await compiled.ended) !== 0) throw new Error(compiled.output())
})

afterAll(() => redis.stop())

afterEach(async () => {
  running?.kill('SIGKILL')
  await running?.ended
  running = null
})

async function nodesOf(service: string): Promise<NodeEntry[]> {
  const store = redisStore({ redis: redis.url })
  const { nodes } = await store.nodes()
  await store.close()
  return nodes.filter((node) => node.service === service)
}

/** Asks the app, or gives the worker a job; ends when it was done. */
async function use({ path }: Example, port: number) {
  if (path) {
    await request(`http://127.0.0.1:${port}`).get(path).expect(200)
    return
  }
  const queue = new Queue('mail', { connection: { url: redis.url } })
  const job = await queue.add('welcome-mail', { to: 'someone' })
  await vi.waitFor(async () => expect(await queue.getJobState(job.id ?? '')).toBe('completed'), patience)
  await queue.close()
}

describe.each(examples)('examples/$name', (example) => {
  it('has one line of Quasar beside its import, the one that both READMEs show', () => {
    const lines = readFileSync(example.source, 'utf8').split('\n')
    const ours = lines.filter((line) => /quasar|monitorWorker/i.test(line) && !line.startsWith('import '))
    expect(ours.map((line) => line.trim().replace(/,$/, ''))).toEqual([example.line])
    expect(readFileSync(`examples/${example.name}/README.md`, 'utf8')).toContain(example.line)
    expect(readFileSync('README.md', 'utf8')).toContain(example.line)
  })

  it('starts, answers, reports itself, and says good-bye at SIGTERM', async () => {
    const service = `example-${example.name}`
    const port = await freePort()
    const app = start(process.execPath, [example.script], {
      PORT: String(port),
      REDIS_URL: redis.url,
      QUASAR_SERVICE: service,
      QUASAR_INTERVAL: '200',
    })
    running = app
    await vi.waitFor(() => expect(app.output()).not.toBe(''), patience)
    await use(example, port)
    await vi.waitFor(async () => {
      const [node, ...others] = await nodesOf(service)
      expect(others).toEqual([])
      expect(JSON.stringify(node?.heartbeat)).toContain(example.framework)
    }, patience)
    app.kill('SIGTERM')
    await app.ended
    expect(await nodesOf(service)).toEqual([])
  })
})
