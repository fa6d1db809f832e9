// A Zenith with alerts and an archive, in a process of its own that runs with --expose-gc. BENCH_ZENITH is JSON: `targets` by the ids of
// their clusters, `dir` of the archive or null, and `users` or null. { do: 'figures' } tells what it took since it was asked last.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { answering, cpuUs, hello } from '../shared/child.mjs'
import { fromModules } from '../shared/dist.mjs'
import { settledMemory } from '../shared/memory.mjs'
import { countedArchive } from './counted-archive.mjs'
import { sourceOf } from './targets.mjs'
import { timeTurns } from './timed.mjs'

const { createZenith, hashPassword, toNodeHandler } = await fromModules('runtime/create-zenith.js')
const { sqliteArchive } = await fromModules('runtime/sqlite-archive.js')
const { AlertEvaluator } = await fromModules('zenith/alerts/evaluator.js')
const { Archiver } = await fromModules('archiver/archiver.js')

const { targets, dir, users } = JSON.parse(process.env.BENCH_ZENITH)
const alertTurns = timeTurns(AlertEvaluator, 'tick')
const archiverRounds = timeTurns(Archiver, 'run')
const rows = { figures: 0, records: 0, jobs: 0 }
const delay = monitorEventLoopDelay({ resolution: 10 })

const ids = Object.keys(targets)
const clusters = await Promise.all(ids.map(async (id) => ({ id, redis: await sourceOf(targets[id]) })))
const zenith = createZenith({
  ...(clusters.length > 1 ? { clusters } : { redis: clusters[0].redis }),
  ...(dir && { archive: countedArchive(sqliteArchive({ dir }), rows) }),
  auth: users ? { users: await Promise.all(users.map(hashed)) } : () => true,
  logger: { error: (text) => process.stderr.write(`${text}\n`), warn() {}, info() {}, debug() {} },
})
const server = createServer(toNodeHandler(zenith)).listen(0, '127.0.0.1', 2_000)
await once(server, 'listening')

async function hashed({ password, ...user }) {
  return { ...user, password: await hashPassword(password) }
}

/** Of the loop, ms; memory without a collection, which would stop it. */
function figures() {
  const { rss, heapUsed, external } = process.memoryUsage()
  const loop = { p50: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 }
  delay.reset()
  return {
    ...{ at: performance.now(), cpuUs: cpuUs(), loop, rss, heap: heapUsed + external, rows: { ...rows } },
    ...{ alertTurns: alertTurns.splice(0), archiverRounds: archiverRounds.splice(0) },
  }
}

const WAYS = { figures, memory: settledMemory }
answering((question) => WAYS[question.do]())
delay.enable()
hello({ port: server.address().port })
