import { highest, percentOf } from '../../../alerts/observe/reading.js'
import type { Metric } from '../../../api/alert-metrics.js'
import type { Aggregate } from '../../../api/alerts.js'
import type { NodeFigures } from '../../../archiver/figures/node-figures.js'
import { type Figures, mean, worst } from './figures.js'

/** Metrics of nodes that the minutes of processes have. */
export const OF_NODES: Figures<NodeFigures> = {
  'node.cpu': mean(({ cpu }) => cpu),
  'node.rss': worst(({ rss }) => rss),
  'node.memory': worst(({ rss, system }) => percentOf(rss, system?.memoryLimit ?? null)),
  'node.heap': worst(({ heapUsed, system }) => percentOf(heapUsed, system?.heapLimit ?? null)),
  'node.loopP99': worst(({ loopP99 }) => loopP99),
  'node.loopUtilization': mean(({ utilization }) => percentOf(utilization, 1)),
}

/** Metrics of hosts, from the nodes of a host. */
export const OF_HOSTS: Figures<readonly NodeFigures[]> = {
  'host.cpu': mean((nodes) => meanOf(nodes, ({ system }) => system?.cpu ?? null)),
  'host.memory': worst((nodes) =>
    highest(nodes.map(({ system }) => system && percentOf(system.memory, system.memoryLimit))),
  ),
  'host.diskFree': worst((nodes) => lowest(nodes.map(({ diskPct }) => (diskPct === null ? null : 100 - diskPct)))),
  'host.diskFreeBytes': worst((nodes) => lowest(nodes.map(({ system }) => system?.diskFree ?? null))),
  'host.load': mean((nodes) => meanOf(nodes, ({ system }) => system?.load ?? null)),
}

/** An aggregate over nodes, of which each may have run for a part of the step only. @param ms length of the step */
export function aggregated(
  metric: Metric,
  over: Exclude<Aggregate, 'each'>,
  nodes: readonly NodeFigures[],
  ms: number,
): number | null {
  const read = OF_NODES[metric]?.read ?? (() => null)
  if (over === 'max') return highest(nodes.map(read))
  if (over === 'min') return lowest(nodes.map(read))
  return over === 'mean' ? meanOf(nodes, read) : sumOf(nodes, read, ms)
}

/** By the time that each node ran. */
function meanOf(nodes: readonly NodeFigures[], read: (node: NodeFigures) => number | null): number | null {
  const known = nodes.filter((node) => read(node) !== null && node.ms > 0)
  const total = known.reduce((sum, { ms }) => sum + ms, 0)
  return total > 0 ? sumOf(known, read, total) : null
}

function sumOf(nodes: readonly NodeFigures[], read: (node: NodeFigures) => number | null, ms: number): number | null {
  const values = nodes.map((node) => ({ value: read(node), ms: node.ms }))
  // A sum without one of its parts is another figure.
  if (values.length === 0 || ms <= 0 || values.some(({ value }) => value === null)) return null
  return values.reduce((sum, one) => sum + ((one.value ?? 0) * one.ms) / ms, 0)
}

function lowest(values: readonly (number | null)[]): number | null {
  return values.reduce((least, value) => (least === null || (value !== null && value < least) ? value : least), null)
}
