import type { ChildProcess } from 'node:child_process'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { keysOf } from '../../src/protocol/index.js'
import { startQuasar } from '../../src/runtime/start-quasar.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { plainSource } from '../support/plain-source.js'
import { runProgram, startProgram } from '../support/program.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { countCommands } from '../support/redis-commands.js'

const keys = keysOf()
/** A lease lives for about half as long again: a node that is held for a moment must not lose what it reports. */
const INTERVAL_MS = 1_500

let redis: TestRedis
const children: ChildProcess[] = []

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())
beforeEach(() => redis.client().flushall())
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** A source of its own that tells its parent what it is asked for. */
const SOURCE = `
const sourceOf = (names) => ({
  driver: 'other', place: 'here', names, capabilities: [], pollEvery: null,
  async read(only = names) {
    if (process.connected) process.send({ read: only })
    return { server: null, queues: only.map((name) => ({ name, driver: 'other', metrics: { waiting: 1 } })) }
  },
  async close() { if (process.connected) process.send({ closed: names }) },
})
const names = (process.env.NAMES ?? 'mail,sms').split(',')
`

const NODE = `
import { startQuasar } from '@gravito/quasar'
${SOURCE}
const quasar = startQuasar({ logger: false })
quasar.monitorQueues(sourceOf(names))
process.send({ node: quasar.status().node })
process.once('message', () => quasar.stop().then(() => process.disconnect()))
`

interface Node {
  readonly child: ChildProcess
  readonly name: string
  /** What it was asked to read since it was last looked at. */
  reads: string[]
  closed: boolean
  readonly ended: Promise<unknown>
}

const environment = () => ({ QUASAR_SERVICE: 'shop', QUASAR_REDIS_URL: redis.url, QUASAR_INTERVAL: `${INTERVAL_MS}` })

async function startNode(names: string): Promise<Node> {
  const { child, ended } = await startProgram(NODE, { env: { ...environment(), NAMES: names } })
  children.push(child)
  let name = ''
  const node: Node = {
    child,
    ended,
    reads: [],
    closed: false,
    get name() {
      return name
    },
  }
  child.on('message', (message: { node?: string; read?: string[]; closed?: string[] }) => {
    if (message.node) name = message.node
    if (message.read) node.reads.push(message.read.join())
    if (message.closed) node.closed = true
  })
  await vi.waitFor(() => expect(name).not.toBe(''))
  return node
}

/** Waits until queues are read again, and gives the nodes that read them meanwhile. */
async function readers(nodes: readonly Node[], looks = 2): Promise<Node[]> {
  for (const node of nodes) node.reads = []
  await vi.waitFor(() => expect(Math.max(...nodes.map(({ reads }) => reads.length))).toBeGreaterThanOrEqual(looks), {
    timeout: 20_000,
  })
  return nodes.filter(({ reads }) => reads.length > 0)
}

/** The one node that reads queues; another may have done so meanwhile where the machine held it for long. */
function reader(nodes: readonly Node[]): Promise<Node> {
  return vi.waitFor(
    async () => {
      const [only, ...others] = await readers(nodes)
      expect(others).toEqual([])
      return only as Node
    },
    { timeout: 120_000 },
  )
}

async function reported(): Promise<string[]> {
  const store = redisStore({ redis: redis.url })
  const { snapshots } = await store.queues()
  await store.close()
  return snapshots.map(({ reporter, queues }) => `${reporter}: ${queues.map(({ name }) => name)}`)
}

it('of several processes one reads; another takes over when it is killed, and the next when that one stops', async () => {
  const nodes = await Promise.all([0, 1, 2].map(() => startNode('mail,sms')))
  const first = await reader(nodes)
  await vi.waitFor(async () => expect(await reported()).toEqual([`${first.name}: mail,sms`]))

  first.child.kill('SIGKILL')
  await first.ended
  // What it said stays until another node says more.
  const left = nodes.filter((node) => node !== first)
  expect([first, ...left].map(({ name }) => [`${name}: mail,sms`])).toContainEqual(await reported())
  const second = await reader(left)
  await vi.waitFor(async () => expect(await reported()).toEqual([`${second.name}: mail,sms`]))

  second.child.send('stop')
  await second.ended
  expect(second.closed).toBe(true)
  expect((await redis.client().get(keys.queuesLease('shop'))) ?? '').not.toContain(second.name)
  const [third] = left.filter((node) => node !== second)
  await readers(third ? [third] : [])
  await vi.waitFor(async () => expect(await reported()).toEqual([`${third?.name}: mail,sms`]))
})

it('a process that watches more reads the rest, and all of it when the other is gone', async () => {
  const few = await startNode('a,b')
  await readers([few])
  const more = await startNode('b,c')
  expect((await readers([few, more])).map(({ name }) => name)).toContain(few.name)
  await vi.waitFor(async () =>
    expect((await reported()).sort()).toEqual([`${few.name}: a,b`, `${more.name}: c`].sort()),
  )
  expect(new Set(more.reads)).toEqual(new Set(['c']))
  few.child.kill('SIGKILL')
  await few.ended
  await vi.waitFor(() => expect(more.reads.at(-1)).toBe('b,c'))
  await vi.waitFor(async () => expect(await reported()).toContain(`${more.name}: b,c`))
})

it('a process that forgets to stop ends by itself, and makes room for the next at once', async () => {
  const { code, stderr } = await runProgram(
    `import { startQuasar } from '@gravito/quasar'
     ${SOURCE}
     const quasar = startQuasar()
     quasar.monitorQueues(sourceOf(names), { ...sourceOf(['stuck']), read: () => new Promise(() => {}) })
     const hold = setInterval(() => { if (quasar.status().queues.reporting) clearInterval(hold) }, 20)
     process.disconnect()`,
    { env: environment() },
  )
  expect([code, stderr]).toEqual([0, ''])
  expect(await redis.client().exists(keys.queuesLease('shop'))).toBe(0)
  expect(await reported()).toEqual([expect.stringContaining('mail,sms,stuck')])
})

it('the ESM and the CJS copy of the package in one process read a queue once', async () => {
  const { stdout } = await runProgram(
    `import { createRequire } from 'node:module'
     import { startQuasar } from '@gravito/quasar'
     import { monitorQueue } from '@gravito/quasar/bullmq'
     ${SOURCE}
     const require = createRequire(import.meta.url)
     const copies = [startQuasar(), require('@gravito/quasar').startQuasar()]
     const reads = [0, 0]
     copies.forEach((quasar, index) => {
       const source = sourceOf(names)
       quasar.monitorQueues({ ...source, read: (only) => { reads[index] += 1; return source.read(only) } })
     })
     const { Queue } = require('bullmq')
     const queue = new Queue('mail', { connection: { host: '127.0.0.1', port: ${redis.port} } })
     const handles = [monitorQueue(queue), require('@gravito/quasar/bullmq').monitorQueue(queue)]
     const count = () => globalThis[Symbol.for('@gravito/quasar/queues')].size
     while (reads[0] < 3) await new Promise((resolve) => setTimeout(resolve, 20))
     process.stdout.write(JSON.stringify([reads[1], count(), copies[1].status().queues]))
     await Promise.all(handles.map((handle) => handle.stop()))
     await queue.close()
     await Promise.all(copies.map((quasar) => quasar.stop()))
     process.stdout.write(String(count()))
     process.disconnect()`,
    { env: environment() },
  )
  expect(stdout).toBe(`${JSON.stringify([0, 3, { watched: 3, reporting: 3, error: null }])}0`)
})

it('a lease outlives an interval and not one and a half, so that the next two looks of another find it free', async () => {
  const quasar = startQuasar({ service: 'shop', redis: redis.url, interval: 10_000, logger: false })
  onTestFinished(() => quasar.stop())
  quasar.monitorQueues(plainSource({ has: ['mail'] }))
  const life = () => redis.client().pttl(keys.queuesLease('shop'))
  await vi.waitFor(async () => expect(await life()).toBeGreaterThan(11_000))
  expect(await life()).toBeLessThanOrEqual(14_000)
})

it('a tick costs as many commands for five hundred queues as for one', async () => {
  const store = redisStore({ redis: redis.url })
  onTestFinished(() => store.close())
  // Only the queues are of interest: heartbeats go nowhere.
  const queuesOnly = { ...store, write: async () => ({ unwritten: [], error: null }), removeNode: async () => {} }
  const quasar = startQuasar({ service: 'shop', store: queuesOnly, interval: 200, logger: false })
  onTestFinished(() => quasar.stop())
  const source = plainSource({ has: Array.from({ length: 500 }, (_, number) => `q-${number}`) })
  quasar.monitorQueues(source)
  await vi.waitFor(() => expect(source.asked.length).toBeGreaterThan(1))
  const before = source.asked.length
  const commands = await countCommands(redis.client(), async () => {
    await vi.waitFor(() => expect(source.asked.length).toBeGreaterThan(before + 5))
  })
  const ticks = source.asked.length - before + 1
  expect(
    Object.keys(commands)
      .filter((name) => !['client|setname', 'client|setinfo'].includes(name))
      .sort(),
  ).toEqual(['get', 'pexpire', 'set', 'zadd'])
  expect(commands.get).toBeLessThanOrEqual(ticks)
  expect(commands.pexpire).toBeLessThanOrEqual(ticks)
  expect(commands.zadd).toBeLessThanOrEqual(ticks)
  expect(commands.set).toBeLessThanOrEqual(2 * ticks)
})
