// A worker of BullMQ that adds its own jobs: something to look at on the page. Some jobs are slow, and some fail.
import { setTimeout as sleep } from 'node:timers/promises'
import { monitorQueue, monitorWorker } from '@gravito/quasar/bullmq'
import { Queue, Worker } from 'bullmq'

const connection = { url: process.env.REDIS_URL ?? 'redis://127.0.0.1:6379' }
const options = { attempts: 3, backoff: 1_000, removeOnComplete: 100, removeOnFail: 100 }
const handlers = {
  'welcome-mail': () => sleep(20 + Math.random() * 60),
  'monthly-report': () => sleep(1_200 + Math.random() * 600),
  'charge-card': async () => {
    await sleep(40)
    if (Math.random() < 0.3) throw new Error('card was declined')
  },
}
const names = Object.keys(handlers)

const queue = new Queue('mail', { connection })
const worker = new Worker('mail', (job) => handlers[job.name]?.(), { connection, concurrency: 5 })
// Redis may be away for a while: both try again by themselves.
for (const part of [queue, worker]) part.on('error', ({ message }) => process.stderr.write(`${message}\n`))
monitorQueue(queue)
monitorWorker(worker)

const timer = setInterval(() => {
  const name = names[Math.floor(Math.random() * names.length)]
  queue.add(name, {}, options).catch(({ message }) => process.stderr.write(`${message}\n`))
}, 500)

async function stop() {
  clearInterval(timer)
  await Promise.allSettled([worker.close(), queue.close()])
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)
