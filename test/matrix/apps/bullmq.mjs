import { monitorQueue, monitorWorker } from '@gravito/quasar/bullmq'
import { Queue, Worker } from 'bullmq'
import { OrderError, options, ready, redisPort } from './app.mjs'

const connection = { host: '127.0.0.1', port: redisPort, maxRetriesPerRequest: null }
const name = `${options.service}-mail`
const queue = new Queue(name, { connection })
const later = new Queue(`${options.service}-later`, { connection })
const worker = new Worker(name, send, { connection })

async function send({ name }) {
  if (name === 'fail') throw new OrderError('no stock')
}

monitorWorker(worker, options)
const queues = [queue, later].map((one) => monitorQueue(one, options))
await worker.waitUntilReady()
for (const job of ['send', 'send', 'send', 'fail']) await queue.add(job, {})
// Nobody takes these.
await later.addBulk([1, 2].map((number) => ({ name: 'send', data: { number } })))

ready({
  names: ['bullmq'],
  async close() {
    await worker.close()
    await Promise.all(queues.map((one) => one.stop()))
    await Promise.all([queue, later].map((one) => one.close()))
  },
})
