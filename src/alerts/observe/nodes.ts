import type { Metric } from '../../api/alert-metrics.js'
import type { Aggregate } from '../../api/alerts.js'
import type { NodeView } from '../../api/nodes.js'
import { blockedFor, type Heartbeat } from '../../protocol/index.js'
import { figure, percentOf, type Reading, UNKNOWN } from './reading.js'

export type NodeMetric = Extract<Metric, `node.${string}`>

export interface NodeMemory {
  /** Records that a node dropped in the last five minutes; null if it does not tell. */
  readonly droppedOf: (node: NodeView) => number | null
}

type Read = (beat: Heartbeat, node: NodeView, memory: NodeMemory) => number | null | undefined

/** Words by which apps report that they are ready: the same as on the page. */
const READY = new Set(['ready', 'ok', 'up', 'healthy'])

const READERS: Readonly<Record<NodeMetric, Read>> = {
  'node.cpu': ({ cpu }) => cpu.process,
  'node.cores': ({ cpu }) => cpu.processCores,
  'node.throttled': ({ cpu }) => cpu.throttled,
  'node.rss': ({ memory }) => memory.process.rss,
  'node.memory': (beat) => percentOf(beat.memory.process.rss, memoryLimit(beat)),
  'node.heap': ({ memory: { process } }) => percentOf(process.heapUsed, process.heapLimit),
  'node.loopP99': ({ eventLoop }) => eventLoop?.p99,
  'node.loopMax': ({ eventLoop }) => eventLoop?.max,
  'node.loopUtilization': ({ eventLoop }) => percentOf(eventLoop?.utilization ?? null, 1),
  'node.blockedMs': (beat) => blockedFor(beat),
  'node.gcMs': ({ gc }) => gc?.totalMs,
  'node.inFlight': ({ requests }) => requests?.inFlight,
  // The oldest of none has no age.
  'node.oldestRequestMs': ({ requests }) => requests?.oldestMs ?? (requests?.inFlight === 0 ? 0 : null),
  'node.connections': ({ connections }) => connections?.open,
  'node.dropped': (_beat, node, { droppedOf }) => droppedOf(node),
  'node.clockAhead': (_beat, { clockAhead }) => clockAhead && Math.abs(clockAhead),
  'node.notReady': ({ ready }) => ready && (READY.has(ready.status) ? 0 : 1),
}

/** Bytes: the container's limit where there is one, else the total. */
export function memoryLimit({ memory: { system } }: Heartbeat): number | null {
  if (system.limit === null || system.total === null) return system.limit ?? system.total
  return Math.min(system.limit, system.total)
}

/** Only a live node has figures: those of the last beat of a lost one say nothing about now. */
export function readNode(metric: NodeMetric, node: NodeView, memory: NodeMemory): Reading {
  const { heartbeat, state } = node
  return state === 'live' && heartbeat ? figure(READERS[metric](heartbeat, node, memory)) : UNKNOWN
}

/** @returns null if no node has the figure @param nodes of one service */
export function aggregate(
  metric: NodeMetric,
  over: Exclude<Aggregate, 'each'>,
  nodes: readonly NodeView[],
  memory: NodeMemory,
): Reading {
  const values = nodes.flatMap((node) => readNode(metric, node, memory).value ?? [])
  return values.length === 0 ? UNKNOWN : figure(AGGREGATES[over](values))
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

const AGGREGATES: Readonly<Record<Exclude<Aggregate, 'each'>, (values: readonly number[]) => number>> = {
  max: (values) => values.reduce((most, value) => Math.max(most, value)),
  min: (values) => values.reduce((least, value) => Math.min(least, value)),
  mean: (values) => sum(values) / values.length,
  sum,
}
