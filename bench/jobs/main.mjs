// What `monitorWorker` costs a BullMQ job: CPU of the worker's process, and time. The jobs do nothing, so all there is to
// see is BullMQ's own work and ours.
//
//   npm run bench:jobs -- [--generations 6] [--rounds 20] [--jobs 1000] [--concurrency 10]
//                         [--together yes] [--json FILE]
//
// `bare` runs twice: `again` is the noise. `archiving` records finished jobs, `sealing` their payloads as well. All workers are alive at once; in a round each takes one slice of so many jobs, in
// a random order. The Redis of the queues and the one that is reported to are two servers on the other core.
import { endAfter } from '../shared/limit.mjs'
import { readOptions } from '../shared/options.mjs'
import { conclude, noiseIn, print, progress, table, verdict } from '../shared/output.mjs'
import { OTHER_CORE } from '../shared/pin.mjs'
import { startRedis } from '../shared/redis.mjs'
import { median, pairedRatio } from '../shared/stats.mjs'
import { measureGeneration, VARIANTS } from './measure.mjs'

const TARGET = 1.02

const options = readOptions({ generations: 6, rounds: 20, jobs: 1_000, concurrency: 10, together: '' })
endAfter(30)
const queues = await startRedis({ core: OTHER_CORE })
const reports = await startRedis({ core: OTHER_CORE })
try {
  const generations = []
  for (let generation = 0; generation < options.generations; generation++) {
    generations.push(
      await measureGeneration({
        ...options,
        together: options.together !== '',
        queues: queues.url,
        reports: reports.url,
      }),
    )
    progress(`generation ${generation + 1} of ${options.generations}`)
  }
  const results = summarize(generations)
  const rows = results.map(({ variant, perSecond, us, cpu, time }) => {
    const quartiles = `${cpu.low.toFixed(3)}–${cpu.high.toFixed(3)}`
    return [variant, perSecond.toFixed(0), us.toFixed(1), cpu.median.toFixed(3), quartiles, time.median.toFixed(3)]
  })
  print(table(['BullMQ', 'jobs a second', 'CPU µs a job', 'CPU ratio', 'quartiles', 'time ratio'], rows))
  conclude({ options, verdicts: verdictsOf(results), results })
} finally {
  await queues.stop()
  await reports.stop()
}

function summarize(generations) {
  const cpu = generations.map((generation) => valuesOf(generation, 'cpuUs'))
  const time = generations.map((generation) => valuesOf(generation, 'ms'))
  return VARIANTS.map((variant) => ({
    variant,
    perSecond: (1_000 * options.jobs) / median(time.flatMap((one) => one[variant])),
    us: median(cpu.flatMap((one) => one[variant])) / options.jobs,
    cpu: pairedRatio(cpu, variant, 'bare'),
    time: pairedRatio(time, variant, 'bare'),
  }))
}

function valuesOf(generation, name) {
  return Object.fromEntries(VARIANTS.map((variant) => [variant, generation[variant].map((slice) => slice[name])]))
}

function verdictsOf(results) {
  const of = (variant) => results.find((one) => one.variant === variant)
  return ['cpu', 'time'].map((what) => {
    const name = what === 'cpu' ? 'jobs, CPU of one' : 'jobs, time of one'
    const value = of('monitored')[what].median
    return verdict({ name, value, target: TARGET, unit: '× bare', voidBecause: noiseIn(of('again')[what].median) })
  })
}
