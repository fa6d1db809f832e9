import { setTimeout as sleep } from 'node:timers/promises'
import { monitorQueue, monitorWorker } from '@gravito/quasar/bullmq'
import { Queue, Worker } from 'bullmq'

const connection = { url: process.env.REDIS_URL ?? 'redis://127.0.0.1:6379' }

const handlers = {
  'welcome-mail': () => sleep(20 + Math.random() * 60),

  // Slow: a month of orders.
  'monthly-report': () => sleep(1200 + Math.random() * 600),

  // Fails at first: the CRM answers at the second or third attempt only.
  'sync-crm': async (job) => {
    await sleep(80)
    if (job.attemptsMade < 2) throw new Error('CRM timed out')
  },

  // Fails for good after its last attempt.
  'charge-card': async () => {
    await sleep(40)
    throw new Error('card was declined')
  },

  // Blocks the event loop: the other jobs of this process wait meanwhile.
  'resize-image': () => {
    const end = performance.now() + 200
    while (performance.now() < end);
  },
}

const worker = new Worker('mail', async (job) => handlers[job.name]?.(job), { connection, concurrency: 5 })
const queue = new Queue('mail', { connection })
monitorWorker(worker)
monitorQueue(queue)

await worker.waitUntilReady()
process.stdout.write('worker takes jobs of the queue "mail"\n')

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => Promise.all([worker.close(), queue.close()]))
