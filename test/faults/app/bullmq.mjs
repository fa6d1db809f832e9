// A worker. Its queue is in a Redis of its own, which no fault befalls: what is tried is Quasar, not BullMQ.
import { monitorWorker } from '@gravito/quasar/bullmq'
import { Worker } from 'bullmq'
import { ERRORS } from './errors.mjs'

const JOBS = {
  plain: () => 'plain',
  users: (id) => ({ id }),
  fail(how) {
    throw ERRORS[how]()
  },
}

export async function openApp({ options, queue }) {
  const run = async (job) => JOBS[job.name](job.data.of)
  // BullMQ itself fails on errors whose getters throw: it says so, and would run such a job again as a stalled one.
  const worker = new Worker(queue.name, run, {
    connection: { port: queue.port },
    concurrency: 8,
    stalledInterval: 600_000,
  })
  worker.on('error', () => {})
  if (options) monitorWorker(worker, options)
  await worker.waitUntilReady()
  return { port: null, close: () => worker.close() }
}
