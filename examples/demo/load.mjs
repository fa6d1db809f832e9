// The load generator: about 25 requests and 4 jobs a second, and every 15 s a burst that blocks the loop of one app. It is
// bounded in every way: 40 requests at a time, one hour, this machine only.
import { Queue } from 'bullmq'
import { blocking, jobs, requests } from './routes.mjs'

const { targets, redisUrl } = JSON.parse(process.env.QUASAR_DEMO_LOAD ?? '{}')
const hour = 60 * 60 * 1000
const maxInFlight = 40
const burst = 5

let inFlight = 0
let bursts = 0

function pick(list) {
  let at = Math.random() * list.reduce((sum, { weight }) => sum + weight, 0)
  for (const one of list) {
    at -= one.weight
    if (at < 0) return one
  }
  return list[0]
}

async function send({ app, method, path, body, abortAfter }) {
  const base = targets[app]
  if (!base || inFlight >= maxInFlight) return
  inFlight++
  try {
    const response = await fetch(base + path(), {
      method,
      signal: AbortSignal.timeout(abortAfter ?? 20_000),
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    await response.arrayBuffer()
  } catch {
    // Aborted on purpose, or the app is gone, which the demo reports by itself.
  } finally {
    inFlight--
  }
}

function sendBurst() {
  const route = blocking[bursts++ % blocking.length]
  for (let n = 0; n < burst; n++) void send(route)
}

/** Each has something of its own that the archive finds it by. */
function payloadOf(order) {
  return { to: `customer-${order}@example.com`, order: `ord_${order}`, locale: order % 3 === 0 ? 'de' : 'en' }
}

function startJobs(url) {
  const queue = new Queue('mail', { connection: { url, maxRetriesPerRequest: 1 } })
  queue.on('error', () => {})
  const keep = { removeOnComplete: 100, removeOnFail: 100 }
  let orders = 0
  const add = ({ name, options }) => queue.add(name, payloadOf(++orders), { ...keep, ...options }).catch(() => {})
  for (const job of jobs) void add(job)
  const digest = { name: 'welcome-mail', data: { to: 'everyone' }, opts: keep }
  queue.upsertJobScheduler('daily-digest', { pattern: '0 7 * * 1-5', tz: 'Europe/Berlin' }, digest).catch(() => {})
  setInterval(() => void add(pick(jobs)), 250)
}

// Each kind once at the start, so that the page has something of everything at once.
for (const request of requests) void send(request)
sendBurst()
setInterval(() => void send(pick(requests)), 40)
setInterval(sendBurst, 15_000)
if (redisUrl) startJobs(redisUrl)
process.stdout.write('sending\n')
setTimeout(() => {
  process.stderr.write('it stops after an hour; start the demo again for more\n')
  process.exit(0)
}, hour)
process.once('SIGTERM', () => process.exit(0))
