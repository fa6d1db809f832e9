// Workers in a process of their own, one for each variant: node worker.mjs <concurrency> <variant>... Told how many jobs come,
// to one of them, it answers when they are done: { cpuUs, ms }.
import { performance } from 'node:perf_hooks'
import { Worker } from 'bullmq'
import { answering, cpuUs, hello } from '../shared/child.mjs'
import { fromDist } from '../shared/dist.mjs'
import { queueOf } from './queue.mjs'

const [concurrency, ...variants] = process.argv.slice(2)
/** What a variant records of finished jobs. */
const ARCHIVE_JOBS = { monitored: 'off', archiving: 'jobs', sealing: 'payloads' }
let slice = null

for (const variant of variants) await open(variant)

async function open(variant) {
  const worker = new Worker(queueOf(variant), async () => begin(), {
    connection: { url: process.env.BENCH_QUEUES, maxRetriesPerRequest: null },
    concurrency: Number(concurrency),
  })
  worker.on('completed', end)
  worker.on('error', (error) => process.stderr.write(`${variant}: ${error.message}\n`))
  if (variant in ARCHIVE_JOBS) {
    const { monitorWorker } = await fromDist('integrations/bullmq/index.js')
    const token = variant === 'sealing' ? { token: 'a-token-of-the-bench' } : {}
    const options = { service: `bench-${variant}`, redis: process.env.BENCH_REPORTS, ...token }
    monitorWorker(worker, { ...options, archiveJobs: ARCHIVE_JOBS[variant] })
  }
  await worker.waitUntilReady()
}

function begin() {
  if (slice.startedAt === null) slice.startedAt = performance.now()
}

function end() {
  slice.left -= 1
  if (slice.left === 0) slice.done({ cpuUs: cpuUs() - slice.cpuUs, ms: performance.now() - slice.startedAt })
}

answering(({ jobs }) => {
  return new Promise((done) => {
    slice = { left: jobs, startedAt: null, cpuUs: cpuUs(), done }
  })
})
hello()
