// How much scripting an update of the page takes with many servers, measured in Chromium against a real Zenith.
//
//   npm run build && node bench/dashboard-update.mjs [servers=500] [changing=75] [updates=20]
//
// Every update, so many servers have a new beat (of 500 that beat every 10 s, 75 do so between two reads that are 1.5 s
// apart); each is timed with Chromium's own counters (CDP Performance.getMetrics).
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { createZenith, toNodeHandler } from '../dist/esm/runtime/create-zenith.js'
import { memoryStore } from '../dist/esm/stores/memory/index.js'

const [servers = 500, changing = 75, updates = 20] = process.argv.slice(2).map(Number)
const MB = 1_048_576
const store = memoryStore()

const heartbeat = (index, cpu) => ({
  v: 2,
  id: `web-${index}`,
  service: `service-${index % 10}`,
  timestamp: Date.now(),
  interval: 10_000,
  environment: 'production',
  language: 'node',
  version: '20.20.0',
  appVersion: '1.0.0',
  sdk: { name: '@gravito/quasar', version: '0.1.0' },
  pid: 1_000 + index,
  hostname: `web-${index}`,
  platform: 'linux',
  arch: 'x64',
  instance: null,
  cpu: { system: cpu, process: cpu / 2, processCores: cpu / 200, cores: 2, load: [1, 1, 1], throttled: null },
  memory: {
    system: { total: 8_192 * MB, free: 3_000 * MB, used: 5_192 * MB, limit: 512 * MB },
    process: {
      rss: 180 * MB,
      heapUsed: 60 * MB,
      heapTotal: 90 * MB,
      heapLimit: 260 * MB,
      external: MB,
      arrayBuffers: MB,
    },
  },
  disk: [{ mount: '/', total: 40_000 * MB, free: 16_000 * MB, usedPct: 60 }],
  eventLoop: { utilization: 0.2, p50: 0.4, p99: 12, max: 48, mean: 1 },
  gc: { count: 12, totalMs: 34, maxMs: 8 },
  runtime: { uptime: 1_000, framework: 'fastify 5' },
  requests: { rate: cpu, errorRate: 0, p50: 4, p95: 30, p99: 100, inFlight: 3, oldestMs: 100 },
  recorder: { collectMs: 0.2, flushMs: 1.4, dropped: 0, bufferedBytes: 0 },
  ready: null,
  setup: null,
  children: null,
  meta: null,
})

const beat = (index, cpu) =>
  store.write({ service: `service-${index % 10}`, node: `web-${index}`, heartbeat: heartbeat(index, cpu), records: [] })

async function open(url) {
  const executablePath = process.env.CHROMIUM_PATH ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync)
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } })
  await page.goto(url)
  await page.getByText(`${servers} servers live`).filter({ visible: true }).waitFor()
  // All cards of the first service, and some of the others: many more than one screen shows.
  await page
    .getByRole('button', { name: /^Show \d+ more servers? of/ })
    .first()
    .click()
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const read = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value * 1_000]))
  }
  return { browser, page, read }
}

const zenith = createZenith({ store, auth: () => true, interval: 1_500, logger: false })
const handler = toNodeHandler(zenith)
const server = createServer((request, response) => void handler(request, response)).listen(0, '127.0.0.1')
await once(server, 'listening')
for (let index = 0; index < servers; index++) await beat(index, 20)
const { browser, page, read } = await open(`http://127.0.0.1:${server.address().port}/`)
await sleep(3_000)

const taken = []
for (let update = 0; update < updates; update++) {
  const cpu = 30 + update
  const before = await read()
  // A share of the servers, another at each update; the first one always, to see at the end that they have come.
  for (let one = 0; one < changing; one++) await beat(one === 0 ? 0 : (update * changing + one) % servers, cpu)
  // Nothing is asked of the page meanwhile: looking for a text in it is scripting, too.
  await sleep(1_600)
  const after = await read()
  taken.push({
    script: after.ScriptDuration - before.ScriptDuration,
    style: after.RecalcStyleDuration - before.RecalcStyleDuration,
    layout: after.LayoutDuration - before.LayoutDuration,
  })
}

await page
  .locator('[data-node="service-0:web-0"]')
  .getByText(`system ${29 + updates} %`)
  .waitFor({ timeout: 5_000 })

const at = (name, share) => {
  const sorted = taken.map((one) => one[name]).sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(1)
}
process.stdout.write(`${servers} servers, ${changing} of them with a new beat, ${updates} updates; ms per update\n`)
for (const name of ['script', 'style', 'layout'])
  process.stdout.write(`${name.padEnd(8)} median ${at(name, 0.5).padStart(6)}   highest ${at(name, 1).padStart(6)}\n`)

await browser.close()
await zenith.close()
server.closeAllConnections()
server.close()
