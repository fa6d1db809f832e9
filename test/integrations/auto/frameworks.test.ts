import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, it } from 'vitest'
import type { Store } from '../../../src/ports/index.js'
import { redisStore } from '../../../src/stores/redis/index.js'
import { extent } from '../../support/extent.js'
import { exceptions, type Recorded, recordedBy, slowEntries } from '../../support/recorded.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { runtimeProgram } from '../../support/runtimes.js'
import { appSource, type Format, type Framework } from './apps.js'
import { type Run, run } from './run.js'

interface Case {
  readonly host: string
  readonly framework: Framework
  readonly format: Format
  readonly hasPlugin: boolean
  readonly node: 'node20' | 'node22' | 'node24'
  readonly flag: '--import' | '--require'
}

const HOSTS: readonly (readonly [host: string, framework: Framework])[] = [
  ['express4', 'express'],
  ['express50', 'express'],
  ['express5', 'express'],
  ['fastify4', 'fastify'],
  ['fastify5', 'fastify'],
  ['hono48', 'hono'],
  ['hono4', 'hono'],
  ['nest10', 'nest-express'],
  ['nest10', 'nest-fastify'],
  ['nest11', 'nest-express'],
  ['nest11', 'nest-fastify'],
  ['nest12', 'nest-express'],
  ['nest12', 'nest-fastify'],
  ['bullmq512', 'bullmq'],
  ['bullmq5', 'bullmq'],
  ['bullmq6', 'bullmq'],
]

/** One adapter for each older Nest. */
const LEFT_OUT = new Set(['nest10 nest-fastify', 'nest11 nest-express'])
const NEWEST = new Set(['express5', 'fastify5', 'hono4', 'nest12', 'bullmq6'])

const cases = HOSTS.flatMap(([host, framework]) =>
  (['esm', 'cjs'] as const).flatMap((format) =>
    [false, true].flatMap((hasPlugin) =>
      (['node20', 'node22', 'node24'] as const).map((node): Case => {
        return { host, framework, format, hasPlugin, node, flag: format === 'esm' ? '--import' : '--require' }
      }),
    ),
  ),
)

/** The newest on both ways of Node to load, the oldest on one; with the plugin, one each. */
function isShort({ host, framework, format, hasPlugin, node }: Case): boolean {
  if (LEFT_OUT.has(`${host} ${framework}`) || (hasPlugin && framework === 'nest-fastify')) return false
  const isNewest = NEWEST.has(host)
  if (hasPlugin) return isNewest && format === 'cjs' && node === 'node20'
  return format === 'esm' ? node === 'node20' && isNewest : node === 'node24'
}

let redis: TestRedis
let store: Store

beforeAll(async () => {
  redis = await startRedis()
  store = redisStore({ redis: redis.url })
})

afterAll(async () => {
  await store?.close()
  await redis?.stop()
})

async function start({ host, framework, format, hasPlugin, node, flag }: Case, service: string): Promise<Run> {
  const source = appSource(framework, format, hasPlugin)
  const { port } = redis
  return run(host, format === 'esm' ? 'app.mjs' : 'app.cjs', source, {
    node: runtimeProgram(node),
    nodeArgs: [flag, '@gravito/quasar/auto'],
    env: { QUASAR_REDIS_URL: redis.url, QUASAR_SERVICE: service, QUASAR_INTERVAL: '200', QUEUE_PORT: `${port}` },
  })
}

/** Without the line that it writes where a busy machine takes longer than 15 s to load the app. */
function outputOf(app: Run): string {
  return app.output().replace(/^Quasar: found no .*\n/, '')
}

function countsIn(series: Recorded['jobs']): Record<string, number> {
  return Object.fromEntries([...series].map(([name, { count }]) => [name, count]))
}

async function ask(port: unknown, path: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`)
  const text = await response.text()
  return `${response.status} ${response.status === 500 ? '' : text}`
}

const named = extent(cases, isShort).map((one) => {
  const name = `${one.framework} of ${one.host}, ${one.format}, ${one.node}${one.hasPlugin ? ', beside the plugin' : ''}`
  return [name, one] as const
})

describe.concurrent('without a line of code', () => {
  const requests = named.filter(([, { framework }]) => framework !== 'bullmq')
  it.for(requests)('%s: requests, slow ones and exceptions', async ([, one], { expect, onTestFinished }) => {
    const service = randomUUID()
    const app = await start(one, service)
    onTestFinished(app.end)
    const port = await app.next()
    const paths = ['/users/1', '/users/2', '/slow', '/fail', '/nowhere']
    const [first, second, slow, fail, nowhere] = await Promise.all(paths.map((path) => ask(port, path)))
    expect([first, second, slow, fail]).toEqual(['200 user', '200 user', '200 slow', '500 '])
    expect(nowhere).toMatch(/^404/)
    const counts = async () => countsIn((await recordedBy(store, service)).routes)
    await expect.poll(counts).toEqual({ 'GET /users/:id': 2, 'GET /slow': 1, 'GET /fail': 1, '(unmatched)': 1 })
    const { routes } = await recordedBy(store, service)
    expect(routes.get('GET /fail')?.errors).toBe(1)
    expect((await slowEntries(store, service)).map(({ name }) => name)).toEqual(['GET /slow'])
    expect((await exceptions(store, service)).map(({ message }) => message)).toEqual(['no such user'])
    expect(outputOf(app)).toBe('')
  })

  const jobs = named.filter(([, { framework }]) => framework === 'bullmq')
  it.for(jobs)('%s: jobs, slow ones, exceptions and depths', async ([, one], { expect, onTestFinished }) => {
    const service = randomUUID()
    const app = await start(one, service)
    onTestFinished(app.end)
    expect(await app.next()).toBe('done')
    const depths = async () => (await store.queues()).snapshots.find((one) => one.service === service)?.queues
    await expect
      .poll(async () => (await depths())?.find(({ name }) => name === `parked-${service}`)?.metrics.waiting)
      .toBe(1)
    const counts = async () => countsIn((await recordedBy(store, service)).jobs)
    await expect.poll(counts).toEqual({ mail: 2, slow: 1, fail: 1 })
    expect((await slowEntries(store, service)).map(({ name }) => name)).toEqual(['slow'])
    expect((await exceptions(store, service)).map(({ message }) => message)).toEqual(['no such user'])
    expect(outputOf(app)).toBe('')
  })
})
