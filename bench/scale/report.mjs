// The scenarios side by side, and how each figure grows with the fleet.
import { print, table, verdict } from '../shared/output.mjs'

const MB = 1_048_576
const LOOP_MS = 250
/** What an interval may be late: a fleet that does not keep its interval is not the one that is described. */
const KEPT = 0.95

const ROWS = [
  ['beats a second', (s) => s.alone.beats],
  ['Redis memory, MB', (s) => s.idle.redis.memory / MB],
  ['Redis memory, KB a node', (s) => s.idle.redis.memory / 1_024 / nodesOf(s)],
  ['keys', (s) => s.idle.redis.keys],
  ['commands a second, fleet alone', (s) => s.alone.redis.commands],
  ['Redis CPU % of a core, fleet alone', (s) => 100 * s.alone.redis.cpu],
  ['the same, Zenith that nobody looks at', (s) => 100 * s.idle.redis.cpu],
  ['the same, a viewer', (s) => 100 * s.watched.redis.cpu],
  ['KB a second to Redis', (s) => s.alone.redis.bytesIn / 1_024],
  ['Zenith CPU %, nobody looks', (s) => 100 * s.idle.zenith.cpu],
  ['Zenith CPU %, a viewer', (s) => 100 * s.watched.zenith.cpu],
  ['Zenith RSS, MB', (s) => s.watched.zenith.rss / MB],
  ['Zenith heap after a collection, MB', (s) => s.memory.heap / MB],
  ['loop p99 ms, nobody looks', (s) => s.idle.zenith.loop.p99],
  ['loop max ms, nobody looks', (s) => s.idle.zenith.loop.max],
  ['loop p99 ms, a viewer', (s) => s.watched.zenith.loop.p99],
  ['loop max ms, a viewer', (s) => s.watched.zenith.loop.max],
  ['first api/overview, ms', (s) => s.first.ms],
  ['until it has all nodes, ms', (s) => s.first.shownMs ?? Number.NaN],
  ['its bytes, KB', (s) => s.first.bytes / 1_024],
  ['first state of the stream, KB', (s) => (s.viewer.firstBytes ?? Number.NaN) / 1_024],
  ['updates a second', (s) => s.watched.updates],
  ['commands of Zenith a second, nobody looks', (s) => s.idle.redis.commands - s.alone.redis.commands],
  ['commands of Zenith a second, a viewer', (s) => s.watched.redis.commands - s.alone.redis.commands],
  ['KB a second to a viewer', (s) => s.watched.viewerBytes / 1_024],
  ['first contentful paint, ms', (s) => s.paint?.paintMs ?? Number.NaN],
  ['services on the page, ms', (s) => s.paint?.shownMs ?? Number.NaN],
  ["alerts' turn, median ms", (s) => s.idle.zenith.alerts?.p50 ?? Number.NaN],
  ["archiver's round, median ms", (s) => s.idle.zenith.archiver?.p50 ?? Number.NaN],
  ['archive: figures a second', (s) => s.idle.zenith.rows.figures],
  ['archive: jobs a second', (s) => s.idle.zenith.rows.jobs],
  ['archive: MB an hour', (s) => (s.idle.archiveBytes * 3_600) / MB],
]

const nodesOf = ({ clusters, nodes }) => clusters * nodes

export function reportScenarios(measured) {
  print(
    '\nFleets; growth is what a figure rises by, over what the nodes rise by, from the first to the second: 1 is linear',
  )
  const [small, large] = measured
  const ratio = large ? nodesOf(large) / nodesOf(small) : Number.NaN
  const rows = ROWS.map(([name, figure]) => {
    const values = measured.map(figure)
    return [name, ...values, ...(large ? [values[1] / values[0] / ratio] : [])]
  })
  print(table(['', ...measured.map(({ name }) => name), ...(large ? ['growth'] : [])], rows, 2))
  for (const { name, first, again } of measured) {
    print(`${name}: first ${JSON.stringify(first.found)}, later ${JSON.stringify(again.found)}`)
  }
  return { measured, verdicts: measured.flatMap(verdictsOf) }
}

function verdictsOf(scenario) {
  const { name, first, again, idle, watched, alone } = scenario
  const due = nodesOf(scenario) / scenario.interval
  const left = Object.values(again.found.leftOut ?? {}).reduce((sum, count) => sum + count, 0)
  return [
    verdict({ name: `${name}: beats, of those due`, value: alone.beats / due, target: KEPT, unit: '', isFloor: true }),
    verdict({
      name: `${name}: beats that failed`,
      value: alone.failures + watched.failures,
      target: 0,
      unit: 'a second',
    }),
    verdict({
      name: `${name}: until all nodes are shown`,
      value: first.shownMs ?? Number.POSITIVE_INFINITY,
      target: 15_000,
      unit: 'ms',
    }),
    verdict({ name: `${name}: left out`, value: left, target: 0, unit: '' }),
    verdict({ name: `${name}: loop p99, a viewer`, value: watched.zenith.loop.p99, target: LOOP_MS, unit: 'ms' }),
    verdict({
      name: `${name}: archiver's round`,
      value: idle.zenith.archiver?.max ?? Number.POSITIVE_INFINITY,
      target: 15_000,
      unit: 'ms',
    }),
    verdict({
      name: `${name}: alerts' turn`,
      value: idle.zenith.alerts?.max ?? Number.POSITIVE_INFINITY,
      target: 10_000,
      unit: 'ms',
    }),
  ]
}
