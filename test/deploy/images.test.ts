import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { redisStore } from '../../src/stores/redis/index.js'
import { agentBinary, hasGo } from '../support/go-agent.js'
import { ensureBuilt } from '../support/pack.js'
import { startRedis, type TestRedis } from '../support/redis.js'

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
  await ensureBuilt()
})
afterAll(() => redis?.stop())

const dockerfile = (name: string) => readFileSync(`deploy/docker/${name}.Dockerfile`, 'utf8')

/** The JSON form of an instruction of the image: without an engine the tests run it here. */
function commandOf(text: string, instruction: 'ENTRYPOINT' | 'CMD'): string[] {
  return JSON.parse(new RegExp(`^${instruction} (\\[.*\\])$`, 'm').exec(text)?.[1] ?? '[]')
}

function healthCheckOf(text: string): string[] {
  return JSON.parse(/^HEALTHCHECK [\s\S]*?CMD (\[.*\])$/m.exec(text)?.[1] ?? '[]')
}

function startImage([program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(program, args, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  return child
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return String(typeof address === 'object' ? address?.port : 0)
}

/** Where the package is in the image, and here. */
const here = (part: string) => part.replace('/opt/quasar/node_modules/@gravito/quasar', resolve('.'))

test('the image of Zenith serves the page, is healthy without Redis, and ends on SIGTERM', async () => {
  const text = dockerfile('zenith')
  const data = mkdtempSync(join(tmpdir(), 'quasar-image-'))
  onTestFinished(() => rmSync(data, { recursive: true, force: true }))
  const [, variables = ''] = /^ENV (QUASAR_.*)$/m.exec(text) ?? []
  const image = Object.fromEntries(variables.split(' ').map((pair) => pair.split('=') as [string, string]))
  const env = {
    ...image,
    QUASAR_PORT: await freePort(),
    QUASAR_ARCHIVE: data,
    QUASAR_REDIS_URL: 'redis://127.0.0.1:1',
    QUASAR_PEOPLE: '1',
  }
  expect(image).toEqual({ QUASAR_HOST: '0.0.0.0', QUASAR_ARCHIVE: '/data' })
  const command = [...commandOf(text, 'ENTRYPOINT'), ...commandOf(text, 'CMD')].map(here)
  const [node = '', ...check] = healthCheckOf(text)
  const isHealthy = () => spawnSync(node, check, { env: { PATH: process.env.PATH, ...env } }).status === 0
  expect(command.slice(-1)).toEqual(['zenith'])
  expect(isHealthy()).toBe(false)
  const zenith = startImage(command, env)
  await vi.waitFor(() => expect(isHealthy()).toBe(true), { timeout: 60_000, interval: 500 })
  zenith.kill('SIGTERM')
  expect(await once(zenith, 'exit')).toEqual([0, null])
})

test('the packages beside it are those that are tested', () => {
  const { dependencies } = JSON.parse(readFileSync('deploy/docker/zenith-packages.json', 'utf8'))
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  const { '@gravito/quasar': _, ...others } = dependencies
  for (const [name, version] of Object.entries(others)) {
    expect(devDependencies[name]?.replace(/^\^/, ''), name).toBe(version)
  }
})

test('the demo worker reports jobs and its queue', async () => {
  const env = { REDIS_URL: redis.url, QUASAR_SERVICE: 'demo-worker', QUASAR_INTERVAL: '500' }
  const worker = startImage([process.execPath, resolve('deploy/compose/demo-worker.mjs')], env)
  const store = redisStore({ redis: redis.url })
  onTestFinished(() => store.close())
  await vi.waitFor(
    async () => {
      const { nodes } = await store.nodes()
      expect(nodes.map(({ service }) => service)).toEqual(['demo-worker'])
      const rollups = await redis.client().xlen('gravito:quasar:rollup:demo-worker')
      expect(rollups).toBeGreaterThan(0)
      expect(await redis.client().get('gravito:quasar:queues:demo-worker')).toContain('"mail"')
    },
    { timeout: 60_000, interval: 500 },
  )
  worker.kill('SIGTERM')
  expect(await once(worker, 'exit')).toEqual([0, null])
})

test.runIf(hasGo)('the image of the agent reports the host, is healthy, and leaves on SIGTERM', async () => {
  const text = dockerfile('agent')
  // A socket without a file, as in the image, but not the one that other agents of this machine open.
  const socket = `@quasar-image-${process.pid}`
  const env = { QUASAR_REDIS_URL: redis.url, QUASAR_INTERVAL: '1000', QUASAR_SERVICE: 'host', QUASAR_SOCKET: socket }
  const inPlace = (part: string) => part.replace('/usr/bin/quasar-agent', agentBinary())
  const check = healthCheckOf(text).map(inPlace)
  const isHealthy = () =>
    spawnSync(check[0] ?? '', check.slice(1), { env: { PATH: process.env.PATH, ...env } }).status === 0
  const agent = startImage(commandOf(text, 'ENTRYPOINT').map(inPlace), env)
  const store = redisStore({ redis: redis.url })
  onTestFinished(() => store.close())
  const hosts = async () => (await store.nodes()).nodes.filter(({ service }) => service === 'host')
  await vi.waitFor(async () => expect(await hosts()).toHaveLength(1), { timeout: 60_000, interval: 250 })
  expect(isHealthy()).toBe(true)
  agent.kill('SIGTERM')
  expect(await once(agent, 'exit')).toEqual([0, null])
  expect(await redis.client().keys('gravito:quasar:node:host:*')).toEqual([])
  expect(isHealthy()).toBe(false)
})
