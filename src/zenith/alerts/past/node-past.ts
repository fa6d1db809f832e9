import type { PastValue } from '../../../alerts/preview/history.js'
import type { Metric } from '../../../api/alert-metrics.js'
import type { Aggregate } from '../../../api/alerts.js'
import type { NodeFigures } from '../../../archiver/figures/node-figures.js'
import { aggregated, OF_HOSTS, OF_NODES } from './of-nodes.js'
import type { TrafficStep } from './windows.js'

/** Nodes report about every minute: of what is newer than this, some are missing. ms */
const LATE_MS = 150_000

/** The past of a metric of nodes of one service, by their ids. */
export async function nodePast(
  metric: Metric,
  nodes: readonly string[],
  steps: AsyncIterable<TrafficStep>,
): Promise<ReadonlyMap<string, readonly PastValue[]>> {
  const values = new Map(nodes.map((node): [string, PastValue[]] => [node, []]))
  const figure = OF_NODES[metric]
  for await (const { from, at, bucket } of steps) {
    for (const [node, past] of values) {
      const figures = bucket.nodes.get(node)
      if (!figures || !figure || at <= from) continue
      past.push({ from, at, value: figure.read(figures), count: null, lasts: figure.lasts })
    }
  }
  return values
}

/** The past of an aggregate over the nodes of a service. @param now Unix ms */
export async function aggregatePast(
  metric: Metric,
  over: Exclude<Aggregate, 'each'>,
  steps: AsyncIterable<TrafficStep>,
  now: number,
): Promise<readonly PastValue[]> {
  const figure = OF_NODES[metric]
  const values: PastValue[] = []
  for await (const { from, at, ms, bucket } of wholeSteps(steps, now)) {
    const isWhole = bucket.moreNodes === 0
    const value = isWhole ? aggregated(metric, over, [...bucket.nodes.values()], ms) : null
    values.push({ from, at, value, count: null, lasts: figure?.lasts === true })
  }
  return values
}

/** The mean number of nodes in each step, of a service of which all nodes report their processes by the minute. @param now Unix ms */
export async function livePast(steps: AsyncIterable<TrafficStep>, now: number): Promise<readonly PastValue[]> {
  const values: PastValue[] = []
  for await (const { from, at, ms, bucket } of wholeSteps(steps, now)) {
    const nodes = [...bucket.nodes.values()]
    // A node that reports no process writes nothing while it has no traffic.
    const isKnown = bucket.moreNodes === 0 && ms > 0 && nodes.every(({ rss, cpu }) => rss !== null || cpu !== null)
    const total = nodes.reduce((sum, node) => sum + node.ms, 0)
    values.push({ from, at, value: isKnown ? Math.round(total / ms) : null, count: null, lasts: true })
  }
  return values
}

/** Without the first one, of which a part may be older than what is known, and the newest. */
async function* wholeSteps(steps: AsyncIterable<TrafficStep>, now: number): AsyncGenerator<TrafficStep> {
  let isFirst = true
  for await (const step of steps) {
    if (!isFirst && step.at <= now - LATE_MS) yield step
    isFirst = false
  }
}

/** What the nodes of hosts reported, of several services. */
export class HostPasts {
  readonly #hostOf: (service: string, node: string) => string | null
  readonly #hosts = new Map<string, Map<number, { at: number; nodes: NodeFigures[] }>>()

  /** @param hostOf of a node that runs now: older recorders don't write it into their minutes */
  constructor(hosts: readonly string[], hostOf: (service: string, node: string) => string | null) {
    this.#hostOf = hostOf
    for (const host of hosts) this.#hosts.set(host, new Map())
  }

  async add(service: string, steps: AsyncIterable<TrafficStep>): Promise<void> {
    for await (const { from, at, bucket } of steps) {
      for (const [id, node] of bucket.nodes) {
        const host = this.#hosts.get(node.system?.host ?? this.#hostOf(service, id) ?? '')
        if (!host) continue
        const step = host.get(from) ?? { at, nodes: [] }
        host.set(from, { at: Math.max(step.at, at), nodes: [...step.nodes, node] })
      }
    }
  }

  of(host: string, metric: Metric): readonly PastValue[] {
    const figure = OF_HOSTS[metric]
    const steps = [...(this.#hosts.get(host) ?? [])].sort(([a], [b]) => a - b)
    if (!figure) return []
    return steps.flatMap(([from, { at, nodes }]) =>
      at > from ? [{ from, at, value: figure.read(nodes), count: null, lasts: figure.lasts }] : [],
    )
  }
}
