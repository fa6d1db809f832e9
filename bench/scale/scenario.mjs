// One fleet: what it costs its Redis alone, with a Zenith that nobody looks at, and with a viewer.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { progress } from '../shared/output.mjs'
import { MEASURED_CORE } from '../shared/pin.mjs'
import { start } from '../shared/process.mjs'
import { quantile } from '../shared/stats.mjs'
import { firstPaint } from './first-paint.mjs'
import { startFleet } from './fleet.mjs'
import { startStores } from './stores.mjs'
import { ask, watch } from './viewer.mjs'

/** Until a Zenith that has just started has done what it does once, and the first rounds of its archiver, s. */
const SETTLE_S = 20
const SHOWN_WITHIN_MS = 180_000

/** @param scenario `{ name, clusters, nodes, services, queues, isSharded }`, nodes, services and queues of each cluster */
export async function measureScenario(scenario, options) {
  const { clusters, nodes, services, queues, isSharded } = scenario
  const plan = {
    ...{ nodes, services, queues: Math.ceil(queues / services), interval: 1_000 * options.interval },
    ...{ routes: options.routes, rate: options.rate, workers: options.workers, jobs: options.jobs },
  }
  const stores = await startStores(clusters, isSharded)
  const dir = await mkdtemp(join(tmpdir(), 'quasar-scale-'))
  let fleet
  try {
    fleet = await startFleet(plan, stores.targets)
    progress(`${scenario.name}: filling`)
    await fleet.fill(options.fill)
    await fleet.run()
    await sleep(2 * plan.interval)
    progress(`${scenario.name}: the fleet alone`)
    const alone = await span({ stores, fleet, seconds: options.seconds })
    return {
      ...scenario,
      interval: options.interval,
      alone,
      ...(await withZenith({ scenario, options, stores, fleet, dir })),
    }
  } finally {
    await fleet?.end()
    await stores.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

async function withZenith({ scenario, options, stores, fleet, dir }) {
  const ids = stores.targets.map((_, index) => `c${index}`)
  const targets = Object.fromEntries(ids.map((id, index) => [id, stores.targets[index]]))
  const env = { BENCH_ZENITH: JSON.stringify({ targets, dir, users: null }) }
  const profile = options.profile ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : []
  const execArgv = ['--expose-gc', `--max-old-space-size=${options.heap}`, ...profile]
  const zenith = await start(new URL('zenith-process.mjs', import.meta.url), [], MEASURED_CORE, { execArgv, env })
  const base = ids.length > 1 ? `/api/c/${ids[0]}` : '/api'
  try {
    const { port } = await zenith.ready
    progress(`${scenario.name}: first answer`)
    const first = await firstAnswer(port, `${base}/overview`, scenario.nodes)
    const { found } = first
    progress(
      `${scenario.name}: ${first.status}, ${Math.round(first.ms)} ms, all nodes after ${Math.round(first.shownMs)} ms, ${JSON.stringify(found)}`,
    )
    await sleep(1_000 * (options.quick ? 2 : SETTLE_S))
    const starting = await zenith.ask({ do: 'figures' })
    progress(`${scenario.name}: nobody looks`)
    const idle = await span({ stores, fleet, zenith, dir, seconds: options.seconds })
    progress(`${scenario.name}: a viewer`)
    const viewer = watch(port, `${base}/stream`)
    await sleep(options.quick ? 2_000 : 10_000)
    const watched = await span({ stores, fleet, zenith, dir, viewer, seconds: options.seconds })
    const paint = options.browser === 'no' ? null : await firstPaint(`http://127.0.0.1:${port}/`)
    const again = await ask(port, `${base}/overview`)
    viewer.end()
    const memory = await zenith.ask({ do: 'memory' })
    return {
      ...{
        first,
        again: { ms: again.ms, found: foundIn(again) },
        starting: turnsOf(starting),
      },
      ...{ idle, watched, paint, viewer: viewer.seen, memory },
    }
  } finally {
    await zenith.end()
  }
}

/** The first answer of all, and how long it took until one had all nodes; null if none had. */
async function firstAnswer(port, path, nodes) {
  const from = performance.now()
  const { status, ms, bytes, body } = await ask(port, path)
  let answer = { status, body }
  let shownMs = null
  while (shownMs === null && performance.now() - from < SHOWN_WITHIN_MS) {
    if (foundIn(answer).totals?.nodes >= nodes) shownMs = performance.now() - from
    else {
      await sleep(500)
      answer = await ask(port, path)
    }
  }
  return { status, ms, shownMs, bytes: Math.max(bytes, answer.body.length), found: foundIn(answer) }
}

function foundIn({ status, body }) {
  if (status !== 200) return body.toString().slice(0, 300)
  const { totals, leftOut, store } = JSON.parse(body)
  return { totals, leftOut, store }
}

/** What all took in some seconds, a second. */
async function span({ stores, fleet, zenith, dir, viewer, seconds }) {
  const take = async () => ({
    at: performance.now(),
    redis: await stores.figures(),
    fleet: await fleet.figures(),
    zenith: zenith && (await zenith.ask({ do: 'figures' })),
    archive: dir ? await bytesIn(dir) : 0,
    seen: viewer && { ...viewer.seen },
  })
  const before = await take()
  await sleep(1_000 * seconds)
  const after = await take()
  const s = (after.at - before.at) / 1_000
  const rate = (of, name) => (after[of][name] - before[of][name]) / s
  return {
    beats: rate('fleet', 'beats'),
    failures: rate('fleet', 'failures'),
    fleetCpu: rate('fleet', 'cpuUs') / 1e6,
    redis: {
      ...{ cpu: rate('redis', 'cpuUs') / 1e6, commands: rate('redis', 'commands'), bytesIn: rate('redis', 'bytesIn') },
      ...{ memory: after.redis.memory, keys: after.redis.keys },
    },
    zenith: zenith && zenithOf(before.zenith, after.zenith),
    archiveBytes: (after.archive - before.archive) / s,
    ...(viewer && { updates: rate('seen', 'updates'), viewerBytes: rate('seen', 'bytes') }),
  }
}

function zenithOf(before, after) {
  const s = (after.at - before.at) / 1_000
  const rows = Object.fromEntries(
    Object.entries(after.rows).map(([kind, count]) => [kind, (count - before.rows[kind]) / s]),
  )
  const { rss, heap, loop } = after
  return { cpu: (after.cpuUs - before.cpuUs) / 1e6 / s, rss, heap, loop, rows, ...turnsOf(after) }
}

/** Medians and the longest, ms; null without a turn that ended. */
function turnsOf({ alertTurns, archiverRounds }) {
  const of = (times) =>
    times.length === 0 ? null : { count: times.length, p50: quantile(times, 0.5), max: Math.max(...times) }
  return { alerts: of(alertTurns), archiver: of(archiverRounds) }
}

async function bytesIn(dir) {
  const files = await readdir(dir, { recursive: true })
  const sizes = await Promise.all(
    files.map((file) =>
      stat(join(dir, file)).then(
        ({ size, blocks }) => (blocks ? size : 0),
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
