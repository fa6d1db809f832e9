// One generation of workers, a slice each per round.
import { Queue } from 'bullmq'
import { addJobs } from '../shared/jobs.mjs'
import { MEASURED_CORE } from '../shared/pin.mjs'
import { start } from '../shared/process.mjs'
import { shuffled } from '../shared/stats.mjs'
import { YOUNG_GENERATION } from '../shared/young-generation.mjs'
import { queueOf } from './queue.mjs'

export const VARIANTS = ['bare', 'again', 'monitored', 'archiving', 'sealing']

const WARM_UP_SLICES = 3

/**
 * @param together all workers in one process: what chance makes of a process is then the same for all
 * @returns by variant a list of slices: `cpuUs` and `ms`
 */
export async function measureGeneration({ queues, reports, together, jobs, rounds, concurrency }) {
  const groups = together ? [shuffled(VARIANTS)] : VARIANTS.map((variant) => [variant])
  const processes = await Promise.all(groups.map((group) => openWorkers(group, { queues, reports, concurrency })))
  const lanes = processes.flatMap(({ ask, variants }) => variants.map((variant) => openLane(variant, queues, ask)))
  try {
    for (const lane of lanes) for (let slice = 0; slice < WARM_UP_SLICES; slice++) await runSlice(lane, jobs)
    const slices = Object.fromEntries(VARIANTS.map((variant) => [variant, []]))
    for (let round = 0; round < rounds; round++) {
      for (const lane of shuffled(lanes)) slices[lane.variant].push(await runSlice(lane, jobs))
    }
    return slices
  } finally {
    for (const { end } of processes) end()
    await Promise.all(lanes.map(closeLane))
  }
}

async function openWorkers(variants, { queues, reports, concurrency }) {
  const env = { BENCH_QUEUES: queues, BENCH_REPORTS: reports }
  const script = new URL('worker.mjs', import.meta.url)
  const worker = await start(script, [String(concurrency), ...variants], MEASURED_CORE, {
    env,
    execArgv: YOUNG_GENERATION,
  })
  await worker.ready
  return { ...worker, variants }
}

function openLane(variant, queues, ask) {
  return { variant, queue: new Queue(queueOf(variant), { connection: { url: queues } }), ask }
}

async function closeLane({ queue }) {
  await queue.obliterate({ force: true }).catch(() => {})
  await queue.close()
}

/** The jobs are all there before the first one starts: to add them is not what is measured. */
async function runSlice({ queue, ask }, jobs) {
  await queue.pause()
  await addJobs(queue, jobs)
  const slice = ask({ jobs })
  await queue.resume()
  return slice
}
