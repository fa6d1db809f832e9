import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import type { NodeView } from '../../../src/api/nodes.js'
import type { Overview } from '../../../src/api/overview.js'
import { createZenith, type Zenith } from '../../../src/runtime/create-zenith.js'
import { signerOf } from '../../../src/signing/signer.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { beatOf } from '../support/records.js'
import { overviewOf } from '../support/zenith.js'

const HOUR = 3_600_000
const TOKEN = 'a-token-of-the-clocks'
const key = 'gravito:quasar:node:shop:n1'
const signer = signerOf([TOKEN], '')

let redis: TestRedis
let client: ReturnType<TestRedis['client']>

beforeAll(async () => {
  redis = await startRedis()
  client = redis.client()
})
afterAll(() => redis?.stop())

function openZenith(): Zenith {
  const auth = () => 'viewer' as const
  const signed = { token: TOKEN, requireToken: true }
  const zenith = createZenith({ redis: redis.url, auth, interval: 50, logger: false, ...signed })
  onTestFinished(() => zenith.close())
  return zenith
}

let uptime = 100

/** A signed heartbeat. @param ahead of its clock, ms @param clockAhead what it says of it; null when it does not know */
function heartbeat(ahead: number, clockAhead: number | null): string {
  uptime += 0.2
  const timestamp = Date.now() + (clockAhead === null ? ahead : 0)
  const beat = beatOf('shop', 'n1', { timestamp, interval: 200, runtime: { uptime, framework: null } })
  return signer.json(key, JSON.stringify({ ...beat, clockAhead: clockAhead ?? undefined }))
}

async function put(text: string): Promise<void> {
  await client.set(key, text, 'PX', 30_000)
  await client.zadd('gravito:quasar:index:nodes', Date.now(), 'shop:n1')
}

async function sees(zenith: Zenith, check: (node: NodeView, overview: Overview) => void): Promise<void> {
  await vi.waitFor(async () => {
    const overview = await overviewOf(zenith)
    check(overview.nodes.find(({ id }) => id === 'n1') as NodeView, overview)
  })
}

const isOffBy = (node: NodeView, ahead: number) => {
  expect(node).toMatchObject({ state: 'live', trust: 'signed' })
  expect(Math.abs((node.clockAhead ?? Number.NaN) - ahead)).toBeLessThan(2_000)
}

it.each([
  ['that it corrects', true],
  ['that it does not know of', false],
])('a signed node whose clock is set back, %s, is no forgery: its clock is off', async (_, corrects) => {
  await client.flushall()
  const zenith = openZenith()
  for (const ahead of [0, HOUR, 0, -HOUR]) {
    await put(heartbeat(ahead, corrects ? ahead : null))
    await sees(zenith, (node) => isOffBy(node, ahead))
  }
})

it.each([
  ['of a node that corrects its clock', true],
  ['of one that does not', false],
])('an old heartbeat that is put back is refused: %s', async (_, corrects) => {
  await client.flushall()
  const zenith = openZenith()
  uptime = 100
  const old = heartbeat(-HOUR, null)
  const oldCorrected = signer.json(
    key,
    JSON.stringify({ ...beatOf('shop', 'n1', { timestamp: Date.now() - HOUR }), clockAhead: 0 }),
  )
  await put(heartbeat(0, corrects ? 0 : null))
  await sees(zenith, (node) => isOffBy(node, 0))
  await put(corrects ? oldCorrected : old)
  await sees(zenith, (node, overview) => {
    expect(node).toMatchObject({ state: 'lost', trust: 'forged' })
    expect(overview.untrusted).toMatchObject({ forged: 1 })
  })
})
