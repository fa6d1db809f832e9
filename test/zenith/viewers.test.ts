import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { expect, it, onTestFinished, vi } from 'vitest'
import { redisStore } from '../../src/stores/redis/index.js'
import { startProgram } from '../support/program.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { send } from './support/http.js'
import { beatOf, report } from './support/records.js'

const VIEWERS = 1_000
const INTERVAL = 200
/** What one more viewer may cost the server's heap, bytes: its request, its response and its place in the hub. */
const MAX_PER_VIEWER = 48 * 1_024

/** In a process of its own, so that its memory is nobody else's. */
const SERVER = `
import { createServer } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createZenith, toNodeHandler } from '@gravito/quasar/zenith'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
const redis = process.env.TEST_REDIS_URL
const zenith = createZenith({ redis, auth: () => true, interval: ${INTERVAL}, alerts: false, logger: false })
const server = createServer(toNodeHandler(zenith))
server.listen(0, '127.0.0.1', 2_000, () => process.send({ port: server.address().port }))
process.on('message', async () => {
  for (let round = 0; round < 4; round++) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const { heapUsed, external } = process.memoryUsage()
  process.send({ heap: heapUsed + external })
})
process.on('disconnect', () => process.exit())
`

async function ask<T>(child: ChildProcess, question?: string): Promise<T> {
  const answer = once(child, 'message')
  if (question) child.send(question)
  return (await answer)[0] as T
}

interface Viewer {
  /** What came last. */
  text: string
  isOpen: boolean
  close(): void
}

async function watch(url: string): Promise<Viewer> {
  const response: IncomingMessage = await send(`${url}/api/stream`)
  const viewer = { text: '', isOpen: true, close: () => void response.destroy() }
  response.setEncoding('utf8')
  response.on('data', (part: string) => {
    // Enough for the last few events of this small fleet.
    viewer.text = (viewer.text + part).slice(-20_000)
  })
  response.on('error', () => {})
  response.on('close', () => {
    viewer.isOpen = false
  })
  return viewer
}

/** What one look costs, and that there is no more than one an interval. */
async function commandsPerLook(redis: TestRedis): Promise<number> {
  const client = redis.client()
  // Before the reset: its reply waits while this process reads 1,000 streams.
  const started = performance.now()
  await client.call('CONFIG', 'RESETSTAT')
  const looks = 10
  const calls = await vi.waitFor(
    async () => {
      const found = callsOf(await client.info('commandstats'))
      expect(looksOf(found)).toBeGreaterThanOrEqual(looks)
      return found
    },
    { timeout: 60_000, interval: 50 },
  )
  const done = looksOf(calls)
  expect(done).toBeLessThanOrEqual((performance.now() - started) / INTERVAL + 2)
  const reads = ['zrange', 'mget', 'get', 'xrange', 'xrevrange', 'zrevrangebyscore', 'scan', 'ping', 'time']
  return reads.reduce((sum, name) => sum + (calls.get(name) ?? 0), 0) / done
}

/** Each reads the index of nodes and that of queues. */
function looksOf(calls: ReadonlyMap<string, number>): number {
  return (calls.get('zrange') ?? 0) / 2
}

function callsOf(stats: string): Map<string, number> {
  return new Map([...stats.matchAll(/cmdstat_([\w|]+):calls=(\d+)/g)].map((line) => [line[1] ?? '', Number(line[2])]))
}

function everyone(viewers: readonly Viewer[], fits: (viewer: Viewer) => boolean): Promise<void> {
  const check = () => expect(viewers.filter((viewer) => !fits(viewer)).length).toBe(0)
  return vi.waitFor(check, { timeout: 60_000, interval: 50 })
}

it('serves 1,000 viewers with what one costs Redis, little memory for each, and through an outage', async () => {
  let redis = await startRedis()
  onTestFinished(() => redis.stop())
  const store = redisStore({ redis: redis.url })
  onTestFinished(() => store.close())
  for (const node of ['web-1', 'web-2', 'web-3']) await report(store, beatOf('shop', node))

  const { child, ended } = await startProgram(SERVER, { env: { TEST_REDIS_URL: redis.url } })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const { port } = await ask<{ port: number }>(child)
  const url = `http://127.0.0.1:${port}`
  const heap = async () => (await ask<{ heap: number }>(child, 'heap')).heap

  const first = await watch(url)
  await everyone([first], ({ text }) => text.includes('"full":true'))
  const costOfOne = await commandsPerLook(redis)
  const heapOfOne = await heap()

  const viewers = [first]
  for (let opened = 1; opened < VIEWERS; opened += 111) {
    viewers.push(...(await Promise.all(Array.from({ length: 111 }, () => watch(url)))))
  }
  expect(viewers).toHaveLength(VIEWERS)
  await everyone(viewers, ({ text }) => text.includes('"full":true'))
  // A count begins and ends in the middle of a look, which is some commands of ten looks.
  expect(await commandsPerLook(redis)).toBeLessThan(costOfOne + 2)
  // What a viewer has not read yet is on its way to it, and no cost that stays.
  await vi.waitFor(async () => expect(((await heap()) - heapOfOne) / (VIEWERS - 1)).toBeLessThan(MAX_PER_VIEWER), {
    timeout: 60_000,
    interval: 250,
  })

  await report(store, beatOf('shop', 'web-4', { hostname: 'everybody-sees-this' }))
  await everyone(viewers, ({ text }) => text.includes('everybody-sees-this'))

  await redis.kill()
  await everyone(viewers, ({ text }) => text.includes('"ok":false'))
  for (const viewer of viewers) viewer.text = ''
  redis = await startRedis({ port: redis.port })
  await everyone(viewers, ({ text }) => text.includes('"ok":true'))
  expect(viewers.filter((viewer) => !viewer.isOpen)).toEqual([])

  for (const viewer of viewers.slice(1)) viewer.close()
  await vi.waitFor(async () => expect((await heap()) - heapOfOne).toBeLessThan(4_000_000), { timeout: 60_000 })
})
