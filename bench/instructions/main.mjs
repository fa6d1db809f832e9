// What Quasar costs a request or a job, and what a heartbeat and a refresh of 10,000 nodes take, in instructions of the process under
// valgrind's callgrind: the same to 0.2 % from run to run and under any load of the machine.
//
//   npm run bench:instructions -- [--frameworks fastify,hono] [--variants quasar,otel] [--nodes 20,24] [--functions 40]
//                                 [--json FILE]
//
// `bare` is always among the variants. `--functions` shows so many functions of each variant with the instructions of each,
// which makes the sums larger: they are not to be compared to those without it. How it is measured: docs/performance.md.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSink } from '../overhead/sink.mjs'
import { surroundingsOf } from '../overhead/variants.mjs'
import { endAfter } from '../shared/limit.mjs'
import { readOptions } from '../shared/options.mjs'
import { conclude, print, progress } from '../shared/output.mjs'
import { startRedis } from '../shared/redis.mjs'
import { measureBeats } from './beats.mjs'
import { buildCounter, missing } from './build-counter.mjs'
import { measureJobs } from './jobs.mjs'
import { nodesOf } from './nodes.mjs'
import { measureRefresh } from './refresh.mjs'
import { tableOf, verdictsOf } from './report.mjs'
import { measureRequests } from './requests.mjs'
import { VARIANTS } from './variants.mjs'

/** Frameworks of their own; all others answer requests. */
const MEASURES = { jobs: measureJobs, heartbeat: measureBeats, refresh: measureRefresh }

const options = readOptions({ frameworks: '', variants: '', nodes: '20,24', functions: 0 })
const reason = missing()
if (reason) print(`Skipped: ${reason}`)
else await run()

async function run() {
  endAfter(180)
  const folder = mkdtempSync(join(tmpdir(), 'quasar-counter-'))
  const redis = await startRedis()
  const sink = await startSink()
  try {
    const env = { QUASAR_REDIS_URL: redis.url, BENCH_SINK: sink.url }
    const results = await measureAll({ env, addon: buildCounter(folder) })
    conclude({ options, verdicts: verdictsOf(results), results })
  } finally {
    sink.close()
    await redis.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @returns by framework, by Node, by variant: instructions and bytes per request */
async function measureAll(parts) {
  const results = {}
  for (const framework of listed(options.frameworks, Object.keys(VARIANTS))) {
    results[framework] = {}
    for (const node of nodesOf(options.nodes)) {
      results[framework][node.name] = await measureVariants(framework, node, parts)
      print(`\n${tableOf(framework, node.name, results[framework][node.name])}`)
    }
  }
  return results
}

async function measureVariants(framework, node, { env, addon }) {
  const costs = {}
  const byFunction = options.functions > 0
  const chosen = listed(options.variants, VARIANTS[framework])
  for (const variant of VARIANTS[framework].filter((one) => one === 'bare' || chosen.includes(one))) {
    const own = surroundingsOf(variant)
    const run = {
      framework,
      variant,
      node: node.path,
      preload: own.preload,
      env: { ...env, ...own.env },
      addon,
      byFunction,
    }
    costs[variant] = await (MEASURES[framework] ?? measureRequests)(run)
    progress(`${framework} ${variant} on Node ${node.name}: ${Math.round(costs[variant].instructions)}`)
    for (const [name, count] of costs[variant].functions.slice(0, options.functions))
      print(`${count.toFixed(1)} ${name}`)
  }
  return costs
}

function listed(text, all) {
  return text === '' ? all : text.split(',')
}
