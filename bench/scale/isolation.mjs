// One cluster whose Redis hangs, and what requests to another one take meanwhile: any cluster, then the first one, whose Redis also counts
// wrong log-ins and has the audit trail of users.
import { setTimeout as sleep } from 'node:timers/promises'
import { print, progress, table, verdict } from '../shared/output.mjs'
import { start } from '../shared/process.mjs'
import { startRedis } from '../shared/redis.mjs'
import { quantile } from '../shared/stats.mjs'
import { startFleet } from './fleet.mjs'
import { ask, logIn } from './viewer.mjs'

const NODES = 100
const USER = { name: 'ada', password: 'a long password of the bench', role: 'admin' }
/** Between two requests of a kind, ms. */
const EVERY_MS = 50
/** Comparing a password takes a thread 50 ms of CPU. */
const LOG_IN_EVERY_MS = 500
const RECOVERY_MS = 10_000
const MOST = 1.5
const PATHS = {
  overview: '/api/c/well/overview',
  services: '/api/c/well/services?limit=50',
  clusters: '/api/clusters',
}

export async function measureIsolation({ interval, routes, rate, hang }) {
  const servers = await Promise.all([startRedis(), startRedis(), startRedis()])
  const targets = servers.map(({ url }) => ({ url }))
  const plan = { nodes: NODES, services: 10, queues: 10, interval: 1_000 * interval, routes, rate, workers: 2, jobs: 0 }
  const named = { home: targets[0], well: targets[1], other: targets[2] }
  const env = { BENCH_ZENITH: JSON.stringify({ targets: named, dir: null, users: [USER] }) }
  const fleet = await startFleet(plan, targets)
  const zenith = await start(new URL('zenith-process.mjs', import.meta.url), [], undefined, {
    execArgv: ['--expose-gc'],
    env,
  })
  try {
    await fleet.run()
    const { port } = await zenith.ready
    const cookie = await logIn(port, USER)
    const look = (seconds) => looked(port, cookie, seconds)
    await look(10)
    progress(`isolation: all well, ${hang} s`)
    progress(`isolation: all well, ${hang} s`)
    const before = await look(hang)
    const other = await whileStopped(servers[2], 'another one hangs', () => look(hang))
    const home = await whileStopped(servers[0], 'the first one hangs', () => look(hang))
    return report({ before, other, home })
  } finally {
    await zenith.end()
    await fleet.end()
    await Promise.all(servers.map((server) => server.stop()))
  }
}

async function whileStopped({ pid }, name, work) {
  progress(`isolation: ${name}`)
  process.kill(pid, 'SIGSTOP')
  try {
    return await work()
  } finally {
    process.kill(pid, 'SIGCONT')
    // Its reports come late, and all at once.
    await sleep(RECOVERY_MS)
  }
}

/** Times of requests by kind, ms. */
async function looked(port, cookie, seconds) {
  const times = { ...Object.fromEntries(Object.keys(PATHS).map((kind) => [kind, []])), 'log-in': [] }
  const asked = { failed: 0 }
  const end = performance.now() + 1_000 * seconds
  const repeat = async (kind, every, work) => {
    while (performance.now() < end) {
      const from = performance.now()
      const status = await work()
      times[kind].push(performance.now() - from)
      if (status >= 400) asked.failed += 1
      await sleep(every)
    }
  }
  await Promise.all([
    ...Object.entries(PATHS).map(([kind, path]) =>
      repeat(kind, EVERY_MS, async () => (await ask(port, path, cookie)).status),
    ),
    repeat('log-in', LOG_IN_EVERY_MS, async () => ((await logIn(port, USER)) ? 200 : 500)),
  ])
  return { times, failed: asked.failed }
}

function report(phases) {
  const kinds = Object.keys(phases.before.times)
  const figures = kinds.map((kind) => {
    const of = (phase, share) => quantile(phases[phase].times[kind], share)
    return {
      kind,
      ...Object.fromEntries(Object.keys(phases).map((phase) => [phase, { p50: of(phase, 0.5), p99: of(phase, 0.99) }])),
    }
  })
  print('\nRequests to a cluster that is well, while another one hangs; clusters: the overview of all three')
  const heads = ['request', 'all well, p50 ms', 'p99', 'another hangs, p50 ms', 'p99', 'the first hangs, p50 ms', 'p99']
  print(
    table(
      heads,
      figures.map(({ kind, before, other, home }) => [
        kind,
        ...[before, other, home].flatMap(({ p50, p99 }) => [p50, p99]),
      ]),
    ),
  )
  const failed = Object.values(phases).reduce((sum, phase) => sum + phase.failed, 0)
  // The overview of all clusters waits two seconds for each.
  const judged = figures.filter(({ kind }) => kind !== 'clusters')
  return {
    ...{ figures, failed },
    verdicts: [
      ...judged.flatMap(({ kind, before, other, home }) => [
        verdict({
          name: `p99 of ${kind} while another cluster hangs`,
          value: other.p99 / before.p99,
          target: MOST,
          unit: '× before',
        }),
        verdict({
          name: `p99 of ${kind} while the first cluster hangs`,
          value: home.p99 / before.p99,
          target: MOST,
          unit: '× before',
        }),
      ]),
      verdict({ name: 'requests that failed', value: failed, target: 0, unit: '' }),
    ],
  }
}
