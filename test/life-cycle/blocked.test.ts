import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Heartbeat } from '../../src/protocol/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { extent } from '../support/extent.js'
import type { Program } from '../support/program.js'
import { freePort, startRedis, type TestRedis } from '../support/redis.js'
import { openFleet, said } from './fleet.js'

const fleet = openFleet()
const INTERVAL_MS = 200
const TOKEN = 'a-token-of-more-than-16-characters'

let redis: TestRedis
let client: Redis
beforeAll(async () => {
  redis = await startRedis()
  client = redis.client()
})
afterAll(() => redis?.stop())

const BLOCKS = {
  /** JavaScript that never yields. */
  loop: `function blockTheLoop(file) { for (let found = false; !found; ) found = isThere(file) }
function isThere(file) { for (let sum = 0; sum < 1e6; sum++); return existsSync(file) }`,
  /** One call that returns late. */
  native: `function blockTheLoop(file) { execFileSync('sh', ['-c', 'until [ -e "$0" ]; do sleep 0.05; done', file]) }`,
} as const

interface AppOptions {
  readonly service: string
  readonly options?: string
  readonly block?: keyof typeof BLOCKS
  readonly format?: 'mjs' | 'cjs'
  readonly nodeArgs?: readonly string[]
}

/** An app that blocks its loop when told so, until a file is there. */
async function startApp({ service, options = '', block = 'loop', format = 'mjs', nodeArgs = [] }: AppOptions) {
  const names = ['{ startQuasar }', '{ existsSync }', '{ execFileSync }', '{ Redis }']
  const packages = ['@gravito/quasar', 'node:fs', 'node:child_process', 'ioredis']
  const load = names.map((name, index) =>
    format === 'mjs' ? `import ${name} from '${packages[index]}'` : `const ${name} = require('${packages[index]}')`,
  )
  const source = `${load.join('\n')}
const quasar = startQuasar({ interval: ${INTERVAL_MS}, heartbeatThread: true, blockedStack: true, ${options} })
${BLOCKS[block]}
process.on('message', (message) => {
  if (message === 'stop') return quasar.stop().then(() => process.disconnect())
  process.send('blocks', () => blockTheLoop(message))
})
quasar.flush().then(() => process.send('runs'))`
  const env = { QUASAR_REDIS_URL: redis.url, QUASAR_SERVICE: service, QUASAR_TOKEN: TOKEN }
  const program = await fleet.start(source, { env, format, nodeArgs })
  await said(program)
  const flag = join(program.folder, 'go-on')
  return {
    program,
    async block() {
      const blocks = said(program)
      program.child.send(flag)
      await blocks
    },
    goOn: () => writeFile(flag, ''),
  }
}

async function stop(program: Program): Promise<string> {
  program.child.send('stop')
  const { code, stderr } = await program.ended
  expect(code).toBe(0)
  return stderr
}

async function keyOf(service: string): Promise<string> {
  const [key] = await client.keys(`gravito:quasar:node:${service}:*`)
  return key ?? ''
}

async function beatOf(service: string): Promise<Heartbeat | null> {
  const text = await client.get(await keyOf(service))
  return text === null ? null : (JSON.parse(text) as Heartbeat)
}

async function blockedBeatOf(service: string): Promise<Heartbeat> {
  return vi.waitFor(async () => {
    const beat = await beatOf(service)
    expect(beat?.blocked).toBeTruthy()
    return beat as Heartbeat
  })
}

/** Its time to live falls by many intervals: nothing writes it any more. */
async function waitForSilence(service: string): Promise<void> {
  const key = await keyOf(service)
  await vi.waitFor(async () => expect(await client.pttl(key)).toBeLessThan(30_000 - 8 * INTERVAL_MS))
}

it.each(['mjs', 'cjs'] as const)('%s: a blocked loop is told of until it turns again', async (format) => {
  const service = `blocked-${format}`
  const { program, block, goOn } = await startApp({ service, format })
  const before = await beatOf(service)
  expect(before?.blocked).toBeNull()
  await block()
  const first = await blockedBeatOf(service)
  const next = await vi.waitFor(async () => {
    const beat = await blockedBeatOf(service)
    expect(beat.timestamp).toBeGreaterThan(first.timestamp + 3 * INTERVAL_MS)
    return beat
  })
  expect(next).toMatchObject({ id: before?.id, pid: program.child.pid, eventLoop: null, gc: null, requests: null })
  expect(next.memory.process).toEqual({ ...NO_HEAP, rss: expect.any(Number) })
  expect(next.cpu.process ?? 0).toBeGreaterThan(0)
  // By the thread's clock: the same moment, but for rounding.
  expect(Math.abs((next.blocked?.since ?? 0) - (first.blocked?.since ?? 0))).toBeLessThan(INTERVAL_MS)
  // The stack is taken at any moment: Node's own frames may stand above the app's.
  expect(next.blocked?.stack).toMatch(/^ +at (isThere|blockTheLoop) \(.*main\.(mjs|cjs):\d+:\d+\)\n/m)
  await goOn()
  await vi.waitFor(async () => expect((await beatOf(service))?.blocked).toBeNull())
  expect(await beatOf(service)).toMatchObject({ id: before?.id, eventLoop: expect.any(Object) })
  expect(await stop(program)).toBe('')
  expect(await client.zrange('gravito:quasar:index:nodes', '0', '-1')).toEqual(
    expect.not.arrayContaining([expect.stringContaining(service)]),
  )
})

const NO_HEAP = { heapUsed: null, heapTotal: null, heapLimit: null, external: null, arrayBuffers: null }

it('what the thread writes is signed', async () => {
  const { program, block, goOn } = await startApp({ service: 'signed' })
  await block()
  await blockedBeatOf('signed')
  const store = redisStore({ redis: redis.url, token: TOKEN, requireToken: true })
  const { nodes } = await store.nodes()
  const node = nodes.find(({ service }) => service === 'signed')
  expect(node).toMatchObject({ trust: 'signed', heartbeat: { blocked: { since: expect.any(Number) } } })
  await store.close()
  await goOn()
  await stop(program)
})

describe('the thread ends and stops with its process', () => {
  it('killed while its loop is blocked: no heartbeat follows', async () => {
    const { program, block } = await startApp({ service: 'killed' })
    await block()
    await blockedBeatOf('killed')
    program.child.kill('SIGKILL')
    await program.ended
    await waitForSilence('killed')
  })

  it('stopped as a whole: no heartbeat until it continues, and it was not blocked', async () => {
    const { program } = await startApp({ service: 'paused' })
    program.child.kill('SIGSTOP')
    await waitForSilence('paused')
    const last = await beatOf('paused')
    program.child.kill('SIGCONT')
    await vi.waitFor(async () => expect((await beatOf('paused'))?.timestamp ?? 0).toBeGreaterThan(last?.timestamp ?? 0))
    expect((await beatOf('paused'))?.blocked).toBeNull()
    await stop(program)
  })

  it('blocked at its end: it leaves', async () => {
    const { program, block, goOn } = await startApp({ service: 'leaves' })
    await block()
    await blockedBeatOf('leaves')
    program.child.send('stop')
    await goOn()
    expect((await program.ended).code).toBe(0)
    expect(await keyOf('leaves')).toBe('')
  })
})

describe('the stack is unknown', () => {
  it.each([
    ['in a native call', { block: 'native' }],
    ['while the inspector listens', { nodeArgs: ['--inspect=127.0.0.1:0'] }],
    ['by default', { options: 'blockedStack: false' }],
  ] as const)('%s', async (name, options) => {
    const service = `unknown ${name}`.replaceAll(' ', '-')
    const { program, block, goOn } = await startApp({ service, ...options })
    await block()
    expect((await blockedBeatOf(service)).blocked?.stack).toBeNull()
    await goOn()
    await vi.waitFor(async () => expect((await beatOf(service))?.blocked).toBeNull())
    await stop(program)
  })
})

describe('/livez', () => {
  it('is 200, 503 while the loop is blocked, and 200 again', async () => {
    const port = await freePort()
    const probe = () => fetch(`http://127.0.0.1:${port}/livez`)
    // Without heartbeats: it needs no Redis.
    const options = `heartbeatThread: false, livez: { port: ${port}, maxBlockedMs: 300 }`
    const { program, block, goOn } = await startApp({ service: 'livez', options })
    await vi.waitFor(async () => expect((await probe()).status).toBe(200))
    await block()
    const failed = await vi.waitFor(async () => {
      const response = await probe()
      expect(response.status).toBe(503)
      return response
    })
    const since = expect.stringMatching(/^\d{4}-.*Z$/)
    expect(await failed.json()).toEqual({ status: 'blocked', since, blockedMs: expect.any(Number), maxBlockedMs: 300 })
    expect((await beatOf('livez'))?.blocked).toBeNull()
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404)
    await goOn()
    await vi.waitFor(async () => expect((await probe()).status).toBe(200))
    await stop(program)
    await expect(probe()).rejects.toThrow()
  })

  it('on a port in use leaves one line, and the app and its heartbeats alone', async () => {
    const server = createServer()
    const port = await freePort()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    const { program, block, goOn } = await startApp({ service: 'in-use', options: `livez: ${port}` })
    await block()
    await blockedBeatOf('in-use')
    await goOn()
    await vi.waitFor(async () => expect((await beatOf('in-use'))?.blocked).toBeNull())
    const stderr = await stop(program)
    server.close()
    expect(stderr).toBe(
      `Quasar: /livez is not served on 127.0.0.1:${port}: listen EADDRINUSE: address already in use 127.0.0.1:${port}.\n`,
    )
  })
})

describe('a connection that no thread can copy', () => {
  const given = [
    ['a client', 'redis: new Redis(process.env.QUASAR_REDIS_URL).on("ready", function () { this.stream.unref() })'],
    ['a function', 'redis: { port: Number(new URL(process.env.QUASAR_REDIS_URL).port), natMap: () => null }'],
  ] as const
  it.each(extent(given, (one) => one === given[0]))('%s: one line, and no thread', async (name, options) => {
    const service = `given ${name}`.replaceAll(' ', '-')
    const { program } = await startApp({ service, options })
    expect((await beatOf(service))?.blocked).toBeNull()
    program.child.kill('SIGTERM')
    expect((await program.ended).stderr).toMatch(/^Quasar: "heartbeatThread" is off: .*\n$/)
  })
})
