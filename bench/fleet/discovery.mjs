// One refresh of all nodes by the index, as the fleet grows and as other people's keys do; and what SCAN takes in its place.
import { print, progress, table, verdict } from '../shared/output.mjs'
import { MEASURED_CORE } from '../shared/pin.mjs'
import { start } from '../shared/process.mjs'
import { clientOf, costOf } from '../shared/redis-figures.mjs'
import { median } from '../shared/stats.mjs'
import { addForeign, addNodes, beatOnce } from './fill.mjs'

const TARGET_MS = 250
/** How much more a node may cost in the whole fleet than in a tenth of it, and a refresh with all foreign keys than with none. */
const LINEAR = 1.25
const FLAT = 1.25

/** Zenith looks every 1.5 s, and a node beats every 10 s. */
const SHARE_BETWEEN_LOOKS = 0.15

/** A Zenith reads all day: what is measured is compiled. */
const WARM_UP = 10

export async function measureDiscovery({ nodes, foreign, rollups, refreshes, scans }, redis) {
  const client = clientOf(redis)
  const points = [
    { nodes: Math.ceil(nodes / 10), foreign: 0 },
    { nodes: Math.ceil(nodes / 2), foreign: 0 },
    { nodes, foreign: 0 },
    { nodes, foreign: Math.ceil(foreign / 10) },
    { nodes, foreign },
  ]
  const measured = []
  let filled = { nodes: 0, foreign: 0 }
  try {
    for (const point of points) {
      await addNodes(redis, { from: filled.nodes, to: point.nodes, rollups })
      await addForeign(redis, filled.foreign, point.foreign)
      filled = point
      measured.push({ ...point, ...(await measurePoint(client, redis, refreshes, scans, point.nodes)) })
      progress(`discovery: ${point.nodes} nodes among ${point.foreign} foreign keys`)
    }
  } finally {
    client.disconnect()
  }
  return report(measured)
}

async function measurePoint(client, redis, refreshes, scans, expected) {
  const script = new URL('reader-process.mjs', import.meta.url)
  const reader = await start(script, [], MEASURED_CORE, { env: { BENCH_REDIS: redis } })
  try {
    await reader.ready
    const first = await reader.ask({ do: 'nodes' })
    if (first.nodes !== expected) throw new Error(`${first.nodes} nodes found in place of ${expected}`)
    const refresh = (share, times) => {
      const beat = () => beatOnce(client, share)
      return repeat(client, times, () => reader.ask({ do: 'nodes' }), beat)
    }
    await refresh(1, WARM_UP)
    const index = await refresh(1, refreshes)
    const between = await refresh(SHARE_BETWEEN_LOOKS, refreshes)
    const scan = await repeat(client, scans, () => reader.ask({ do: 'scan' }))
    const firstLook = await reader.ask({ do: 'look' })
    const beat = () => beatOnce(client, SHARE_BETWEEN_LOOKS)
    const look = await repeat(client, refreshes, () => reader.ask({ do: 'look' }), beat)
    return { firstMs: first.ms, index, between, scan, firstLookMs: firstLook.ms, look }
  } finally {
    reader.end()
  }
}

/** Medians. @param prepare what is done before each time, and not measured */
async function repeat(client, times, work, prepare = async () => {}) {
  const costs = []
  for (let time = 0; time < times; time++) {
    await prepare()
    costs.push(await costOf(client, work))
  }
  return {
    ms: median(costs.map(({ result }) => result.ms)),
    readerCpuMs: median(costs.map(({ result }) => result.cpuUs)) / 1_000,
    redisCpuMs: median(costs.map(({ cpuUs }) => cpuUs)) / 1_000,
    commands: median(costs.map(({ commands }) => commands)),
  }
}

function lookOf({ nodes, foreign, firstLookMs, look }) {
  return [nodes, foreign, firstLookMs, look.ms, look.redisCpuMs, look.readerCpuMs, look.commands]
}

function costsOf({ ms, redisCpuMs, readerCpuMs, commands }) {
  return [ms, redisCpuMs, readerCpuMs, commands]
}

function report(points) {
  print(
    '\nOne refresh by the index when every node has beaten since; SCAN with COUNT 1000, and the same reads after it',
  )
  const heads = ['nodes', 'foreign keys', 'ms', 'Redis CPU ms', 'reader CPU ms', 'commands', 'SCAN ms', 'Redis CPU ms']
  const rows = points.map(({ nodes, foreign, index, scan }) => {
    return [nodes, foreign, ...costsOf(index), scan.ms, scan.redisCpuMs]
  })
  print(table(heads, rows))
  print('\nOne refresh as Zenith does it, every 1.5 s: so many of those that beat every 10 s have beaten since')
  const betweenRows = points.map(({ nodes, foreign, between }) => [nodes, foreign, ...costsOf(between)])
  print(table(heads.slice(0, 6), betweenRows))
  print('\nA whole look of Zenith: nodes, then what is new of each service. The first one reads all rollups.')
  const lookHeads = ['nodes', 'foreign keys', 'first ms', 'next ms', 'Redis CPU ms', 'Zenith CPU ms', 'commands']
  print(table(lookHeads, points.map(lookOf)))
  const [tenth, , whole] = points
  const last = points.at(-1)
  const growth = last.nodes > tenth.nodes ? whole.index.ms / whole.nodes / (tenth.index.ms / tenth.nodes) : Number.NaN
  const name = `refresh of ${last.nodes} nodes beside ${last.foreign} foreign keys`
  return {
    points,
    verdicts: [
      verdict({ name: `${name}, all of them read`, value: last.index.ms, target: TARGET_MS, unit: 'ms', digits: 1 }),
      verdict({ name: `${name}, every 1.5 s`, value: last.between.ms, target: TARGET_MS, unit: 'ms', digits: 1 }),
      verdict({ name: 'time of a node in the whole fleet', value: growth, target: LINEAR, unit: '× in a tenth of it' }),
      verdict({
        name: 'refresh with all foreign keys',
        value: last.index.ms / whole.index.ms,
        target: FLAT,
        unit: '× with none',
      }),
    ],
  }
}
