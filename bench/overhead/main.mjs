// What Quasar costs a request, beside nothing at all and beside others, in CPU time of the server's process.
//
//   npm run bench:overhead -- [--frameworks express,fastify] [--variants quasar,otel] [--generations 6] [--rounds 40]
//                             [--slice 100] [--json FILE]
//
// `bare` and `again` (the noise) are always among the variants. How it is measured: docs/performance.md.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startRedis } from './redis.mjs'
import { startSink } from './sink.mjs'
import { measureGeneration } from './measure.mjs'
import { summarize, table, verdicts } from './report.mjs'
import { VARIANTS } from './variants.mjs'

const { values } = parseArgs({
  options: {
    frameworks: { type: 'string', default: Object.keys(VARIANTS).join() },
    variants: { type: 'string' },
    generations: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '40' },
    slice: { type: 'string', default: '100' },
    json: { type: 'string' },
  },
})

const chosen = values.variants?.split(',')
const redis = await startRedis()
const sink = await startSink()
const env = { QUASAR_REDIS_URL: redis.url, BENCH_SINK: sink.url }
const results = {}
try {
  for (const framework of values.frameworks.split(',')) {
    const variants = VARIANTS[framework].filter((one) => !chosen || ['bare', 'again', ...chosen].includes(one))
    const generations = []
    for (let generation = 0; generation < Number(values.generations); generation++) {
      const run = { framework, variants, rounds: Number(values.rounds), sliceMs: Number(values.slice), env }
      generations.push(await measureGeneration(run))
      process.stderr.write(`${framework}: generation ${generation + 1} of ${values.generations}\n`)
    }
    results[framework] = summarize(generations)
    process.stdout.write(`\n${table(framework, results[framework])}\n`)
  }
  const lines = verdicts(results)
  process.stdout.write(`\n${lines.map(({ text }) => text).join('\n')}\n`)
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ node: process.version, options: values, results }, null, 2)}\n`)
} finally {
  sink.close()
  await redis.stop()
}
