// What Quasar costs a request, beside nothing at all and beside others, in CPU time of the server's process.
//
//   npm run bench:overhead -- [--frameworks express,fastify] [--variants quasar,otel] [--generations 6] [--rounds 40]
//                             [--slice 100] [--together yes] [--json FILE]
//
// `bare` and `again` (the noise) are always among the variants. How it is measured, and what `--together` is: docs/performance.md.
import { endAfter } from '../shared/limit.mjs'
import { readOptions } from '../shared/options.mjs'
import { conclude, print, progress } from '../shared/output.mjs'
import { startRedis } from '../shared/redis.mjs'
import { measureGeneration } from './measure.mjs'
import { summarize, table, verdictsOf } from './report.mjs'
import { startSink } from './sink.mjs'
import { TOGETHER, VARIANTS } from './variants.mjs'

const options = readOptions({
  frameworks: '',
  variants: '',
  generations: 6,
  rounds: 40,
  slice: 100,
  together: '',
})

const possible = options.together === '' ? VARIANTS : TOGETHER
const frameworks = options.frameworks === '' ? Object.keys(possible) : options.frameworks.split(',')
const chosen = options.variants === '' ? null : options.variants.split(',')
endAfter(120)
const redis = await startRedis()
const sink = await startSink()
const env = { QUASAR_REDIS_URL: redis.url, BENCH_SINK: sink.url }
const results = {}
try {
  for (const framework of frameworks) {
    const variants = possible[framework].filter((one) => !chosen || ['bare', 'again', ...chosen].includes(one))
    const generations = []
    for (let generation = 0; generation < options.generations; generation++) {
      const { together, rounds, slice: sliceMs } = options
      const run = { framework, variants, together: together !== '', rounds, sliceMs, env }
      generations.push(await measureGeneration(run))
      progress(`${framework}: generation ${generation + 1} of ${options.generations}`)
    }
    results[framework] = summarize(generations)
    print(`\n${table(framework, results[framework])}`)
  }
  conclude({ options, verdicts: verdictsOf(results), results })
} finally {
  sink.close()
  await redis.stop()
}
