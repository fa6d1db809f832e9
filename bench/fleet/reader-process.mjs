// Reads all nodes in a process of its own, by the index or by SCAN, or does all that Zenith does to show them:
// { do } → { ms, cpuUs, nodes }.
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { answering, cpuUs, hello } from '../shared/child.mjs'
import { fromDist } from '../shared/dist.mjs'
import { clientOf } from '../shared/redis-figures.mjs'

const { redisStore } = await fromDist('stores/redis/index.js')
const { keysOf, parseHeartbeat } = await fromDist('runtime/protocol.js')

const { createZenith } = await fromDist('runtime/create-zenith.js')

const NEVER = Number.MAX_SAFE_INTEGER
const COUNT = 1_000
const CHUNK = 250

// Reporters without an index are looked for once in a while, and not in a refresh that is measured.
const store = redisStore({ redis: process.env.BENCH_REDIS, scanEvery: NEVER })
const client = clientOf(process.env.BENCH_REDIS)
/** The shortest that Zenith takes: it looks again when what it has is older. */
const INTERVAL_MS = 50
const zenith = createZenith({ store, auth: () => true, interval: INTERVAL_MS, logger: false })
const prefix = `${keysOf().prefix}node:`

async function byIndex() {
  return (await store.nodes()).nodes.length
}

async function byScan() {
  const keys = []
  let cursor = '0'
  do {
    const [next, found] = await client.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', COUNT)
    cursor = next
    keys.push(...found)
  } while (cursor !== '0')
  let read = 0
  for (let start = 0; start < keys.length; start += CHUNK) {
    const texts = await client.mget(keys.slice(start, start + CHUNK))
    read += texts.filter((text) => parseHeartbeat(text)).length
  }
  return read
}

/** Nodes, then rollups, slow entries and exceptions of each service, and the differences. */
async function look() {
  const response = await zenith.fetch(new Request('http://localhost/api/services?limit=1'))
  await response.arrayBuffer()
  return response.ok
}

const WAYS = { nodes: byIndex, scan: byScan, look }

answering(async (question) => {
  if (question.do === 'look') await sleep(2 * INTERVAL_MS)
  const cpu = cpuUs()
  const at = performance.now()
  const nodes = await WAYS[question.do]()
  return { nodes, ms: performance.now() - at, cpuUs: cpuUs() - cpu }
})
hello()
