// What Quasar keeps in memory after millions of requests: a server with it beside a bare one, the same requests to both.
//
//   npm run bench:soak -- [--requests 10000000] [--checkpoints 40] [--routes 200] [--urls 10000]
//                         [--young free] [--json FILE]
//
// All processes have a young generation of a fixed size, or what V8 makes of it is what RSS shows; `--young free` leaves it to V8. With
// more than some 100,000 requests a checkpoint V8 gives it back in the bare process all the same, 30 MB, and in no other one.
//
// One request in a thousand is given up by its client, one in a hundred throws, one in five hundred is slow enough to be kept.
// Redis goes away twice: after a fifth of the requests for a twentieth of them, and after three fifths. Memory is what is left
// after garbage collection.
import { endAfter } from '../shared/limit.mjs'
import { readOptions } from '../shared/options.mjs'
import { conclude, print, progress, table, verdict } from '../shared/output.mjs'
import { MEASURED_CORE, OTHER_CORE } from '../shared/pin.mjs'
import { start } from '../shared/process.mjs'
import { startRedis } from '../shared/redis.mjs'
import { median, rise } from '../shared/stats.mjs'
import { YOUNG_GENERATION } from '../shared/young-generation.mjs'

const MB = 1_048_576
const WHOLE = 10_000_000
/** MB over bare, and how much of that may come in the second half. */
const TARGET = 8
const LEVEL = 1
/** Shares of the requests during which Redis is away. */
const OUTAGES = [
  [0.2, 0.25],
  [0.6, 0.65],
]
const VARIANTS = ['bare', 'quasar']

const options = readOptions({ requests: WHOLE, checkpoints: 40, routes: 200, urls: 10_000, young: 'fixed' })
endAfter(120)
if (options.requests < WHOLE) print(`Scaled down: ${options.requests} requests in place of ${WHOLE}`)
let isAway = false
let redis = await startRedis({ core: OTHER_CORE })
try {
  const { points, counts, client } = await soak()
  const verdicts = report(points, client)
  conclude({ options, verdicts, results: { points, counts, client } })
} finally {
  await redis.stop()
}

async function soak() {
  const args = [String(options.routes)]
  const env = { BENCH_REDIS: redis.url }
  const execArgv = ['--expose-gc', ...(options.young === 'fixed' ? YOUNG_GENERATION : [])]
  const open = (variant) => start(here('server.mjs'), [variant, ...args], MEASURED_CORE, { execArgv, env })
  const client = await start(here('client.mjs'), [], OTHER_CORE)
  const servers = await Promise.all(VARIANTS.map(open))
  try {
    const ports = await Promise.all(servers.map(async ({ ready }) => (await ready).port))
    const points = []
    const counts = {}
    const withClient = await takeFloor(client, await open('client'))
    for (let point = 1; point <= options.checkpoints; point++) {
      await setRedis((point - 0.5) / options.checkpoints)
      const count = Math.ceil(options.requests / options.checkpoints)
      // Both get the same requests: numbers decide what each of them is.
      const from = (point - 1) * count
      for (const port of ports)
        add(counts, await client.ask({ port, from, count, routes: options.routes, urls: options.urls }))
      points.push({ requests: point * count, ...(await takeMemory(servers)) })
      progress(`${point} of ${options.checkpoints}`)
    }
    return { points, counts, client: withClient }
  } finally {
    client.end()
    for (const server of servers) server.end()
  }
}

/** What an app has that loads ioredis and connects, as Quasar does, after the requests of the first checkpoint. */
async function takeFloor(client, server) {
  const { port } = await server.ready
  const count = Math.ceil(options.requests / options.checkpoints)
  await client.ask({ port, from: 0, count, routes: options.routes, urls: options.urls })
  const memory = await server.ask({})
  server.end()
  return memory
}

async function setRedis(share) {
  const wasAway = isAway
  isAway = OUTAGES.some(([from, to]) => share >= from && share < to)
  if (isAway && !wasAway) await redis.stop()
  if (!isAway && wasAway) redis = await startRedis({ port: redis.port, core: OTHER_CORE })
}

function add(counts, { asked, failed, aborted }) {
  for (const [name, value] of Object.entries({ asked, failed, aborted })) counts[name] = (counts[name] ?? 0) + value
}

async function takeMemory(servers) {
  const memories = await Promise.all(servers.map(({ ask }) => ask({})))
  return Object.fromEntries(VARIANTS.map((variant, index) => [variant, memories[index]]))
}

function report(points, client) {
  const over = points.map(({ bare, quasar }) => ({
    heap: (quasar.heap - bare.heap) / MB,
    rss: (quasar.rss - bare.rss) / MB,
  }))
  const shown = points.map((point, index) => ({ ...point, over: over[index] })).filter(isShown)
  print(table(['requests', 'heap: bare', 'Quasar', 'over', 'RSS: bare', 'Quasar', 'over'], shown.map(rowOf), 2))
  const [{ bare }] = points
  const [heap, rss] = [client.heap - bare.heap, client.rss - bare.rss].map((bytes) => (bytes / MB).toFixed(2))
  print(
    `\nA client of ioredis and nothing else: heap ${heap} MB over bare, RSS ${rss} MB, after the requests of the first checkpoint.`,
  )
  const half = over.slice(Math.floor(over.length / 2))
  return ['heap', 'rss'].flatMap((what) => {
    const name = what === 'rss' ? 'RSS' : what
    const values = half.map((one) => one[what])
    return [
      verdict({ name: `${name} over bare, second half`, value: median(values), target: TARGET, unit: 'MB', digits: 2 }),
      verdict({
        name: `${name} over bare, growth over the second half`,
        value: rise(values),
        target: LEVEL,
        unit: 'MB',
        digits: 2,
      }),
    ]
  })
}

/** Ten of them say it. */
function isShown(_, index, points) {
  const step = Math.ceil(points.length / 10)
  return (points.length - 1 - index) % step === 0
}

function rowOf({ requests, bare, quasar, over }) {
  const heap = [bare.heap / MB, quasar.heap / MB, over.heap]
  return [requests.toLocaleString('en'), ...heap, bare.rss / MB, quasar.rss / MB, over.rss]
}

function here(name) {
  return new URL(name, import.meta.url)
}
