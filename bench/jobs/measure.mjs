// One generation of workers, a slice each per round.
import { Queue } from 'bullmq'
import { MEASURED_CORE } from '../shared/pin.mjs'
import { start } from '../shared/process.mjs'
import { shuffled } from '../shared/stats.mjs'
import { YOUNG_GENERATION } from '../shared/young-generation.mjs'

export const VARIANTS = ['bare', 'again', 'monitored']

const WARM_UP_SLICES = 3
const NAMES = ['mail', 'invoice', 'thumbnail']

/** @returns by variant a list of slices: `cpuUs` and `ms` */
export async function measureGeneration({ queues, reports, jobs, rounds, concurrency }) {
  const lanes = VARIANTS.map((variant) => openLane(variant, { queues, reports, concurrency }))
  try {
    await Promise.all(lanes.map((lane) => lane.worker.then(({ ready }) => ready)))
    for (const lane of lanes) for (let slice = 0; slice < WARM_UP_SLICES; slice++) await runSlice(lane, jobs)
    const slices = Object.fromEntries(VARIANTS.map((variant) => [variant, []]))
    for (let round = 0; round < rounds; round++) {
      for (const lane of shuffled(lanes)) slices[lane.variant].push(await runSlice(lane, jobs))
    }
    return slices
  } finally {
    await Promise.all(lanes.map(closeLane))
  }
}

function openLane(variant, { queues, reports, concurrency }) {
  const name = `bench-${variant}`
  const queue = new Queue(name, { connection: { url: queues } })
  const env = { BENCH_QUEUES: queues, BENCH_REPORTS: reports }
  const script = new URL('worker.mjs', import.meta.url)
  const worker = start(script, [variant, name, String(concurrency)], MEASURED_CORE, { env, execArgv: YOUNG_GENERATION })
  return { variant, queue, worker }
}

async function closeLane({ queue, worker }) {
  const { end } = await worker
  end()
  await queue.obliterate({ force: true }).catch(() => {})
  await queue.close()
}

/** The jobs are all there before the first one starts: to add them is not what is measured. */
async function runSlice({ queue, worker }, jobs) {
  const { ask } = await worker
  await queue.pause()
  const list = Array.from({ length: jobs }, (_, index) => ({
    name: NAMES[index % NAMES.length],
    data: { index },
    opts: { removeOnComplete: true },
  }))
  await queue.addBulk(list)
  const slice = ask({ jobs })
  await queue.resume()
  return slice
}
