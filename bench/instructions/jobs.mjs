// What a job of BullMQ takes its worker.
import { Queue } from 'bullmq'
import { addJobs } from '../shared/jobs.mjs'
import { costOf, countBlocks, underCounter } from './measure.mjs'

const WORKER = new URL('worker.mjs', import.meta.url)
const SIZES = { cold: 3_000, hot: 600, block: 48 }

/** @returns instructions and bytes of heap per job */
export async function measureJobs(run) {
  const { variant, env } = run
  const name = `bench-${variant}`
  const queue = new Queue(name, { connection: { url: env.QUASAR_REDIS_URL } })
  try {
    const counted = await underCounter(run, WORKER, [name, variant], async ({ command }) => {
      const load = (jobs) => runJobs(queue, command, jobs)
      await load(SIZES.cold)
      await command('freeze')
      await command('collect')
      await load(SIZES.block)
      await command('start')
      await load(SIZES.hot)
      return countBlocks(command, () => load(SIZES.block), { nothing: () => command('work', { jobs: 0 }) })
    })
    return costOf(counted, SIZES.block)
  } finally {
    await queue.obliterate({ force: true })
    await queue.close()
  }
}

/** All of them are there before the first one starts. */
async function runJobs(queue, command, jobs) {
  await queue.pause()
  await addJobs(queue, jobs)
  const done = command('work', { jobs })
  await queue.resume()
  await done
}
