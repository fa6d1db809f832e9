// A worker under callgrind: node worker.mjs <queue> <variant>. One job at a time, so that each reply of Redis comes by itself.
import { hello } from '../shared/child.mjs'
import { fromDist } from '../shared/dist.mjs'
import { counting } from './child.mjs'
import { watchTime } from './freeze.mjs'

watchTime()
const { Worker } = await import('bullmq')
const [queue, variant] = process.argv.slice(2)
const redis = process.env.QUASAR_REDIS_URL
let left = 0
let finish = null

const worker = new Worker(queue, async () => {}, { connection: { url: redis, maxRetriesPerRequest: null } })
worker.on('completed', () => {
  left -= 1
  if (left === 0) finish()
})
worker.on('error', (error) => process.stderr.write(`${variant}: ${error.message}\n`))
if (variant !== 'bare') {
  const { monitorWorker } = await fromDist('integrations/bullmq/index.js')
  monitorWorker(worker, { service: 'bench', redis: variant === 'quasar-redis' ? redis : false })
}
await worker.waitUntilReady()

function work({ jobs }) {
  if (jobs === 0) return
  return new Promise((done) => {
    left = jobs
    finish = done
  })
}

counting({ work })
hello({ pid: process.pid })
