import type { Look, Observation, Observer } from '../../../src/alerts/look.js'
import type { AlertCondition, AlertScope } from '../../../src/api/alerts.js'
import type { NodeView } from '../../../src/api/nodes.js'
import type { QueueView } from '../../../src/api/queues.js'
import type { SeriesView, ServiceView } from '../../../src/api/services.js'
import type { Heartbeat } from '../../../src/protocol/index.js'
import { heartbeatOf, queueOf } from '../../stores/samples.js'

/** What Zenith knows, for tests to change what they are about. Unix ms. */
export const AT = Date.UTC(2030, 0, 1, 12)
export const MINUTE = 60_000

export function nodeOf(
  service: string,
  id: string,
  changes: Partial<NodeView> = {},
  beat: Partial<Heartbeat> = {},
): NodeView {
  const heartbeat = heartbeatOf(service, id, { timestamp: AT, ...beat })
  const known = { state: 'live', lastSeen: heartbeat.timestamp, clockAhead: 0, samples: [], trust: null } as const
  return { key: `${service}:${id}`, service, id, ...known, heartbeat, ...changes }
}

export function serviceOf(service: string, changes: Partial<ServiceView> = {}): ServiceView {
  return {
    service,
    environments: ['test'],
    nodes: { live: 1, lost: 0, left: 0, replaced: 0 },
    health: { score: 100, reasons: [] },
    ...{ requests: null, jobs: null, traffic: [], routes: [], jobSeries: [], untrusted: null },
    ...changes,
  }
}

export function seriesOf(key: string, changes: Partial<SeriesView> = {}): SeriesView {
  const figures = { count: 100, errors: 0, aborted: 0, failed: 0, stalled: 0, p50: 10, p95: 50, p99: 90 }
  return { key, queue: null, ...figures, ...changes }
}

export function queueViewOf(name: string, changes: Partial<QueueView> = {}): QueueView {
  const view = {
    key: `key-${name}`,
    services: ['shop'],
    at: AT,
    attention: [],
    actions: [],
    readOnly: false,
    samples: [],
  }
  return { ...queueOf(name), ...view, ...changes }
}

export const waiting = (count: number | null): QueueView['metrics'] => ({
  ...queueOf('any').metrics,
  waiting: count,
  prioritized: count === null ? null : 0,
})

type Series = Readonly<Record<string, { routes?: readonly SeriesView[]; jobs?: readonly SeriesView[] }>>

/** Services are those of the nodes, unless there are others. */
export function lookOf(changes: Partial<Look> = {}, series: Series = {}): Look {
  const names = [...new Set([...(changes.nodes ?? []).map(({ service }) => service), ...Object.keys(series)])]
  return {
    at: AT,
    store: { ok: true, kind: 'memory', latencyMs: 1, error: null },
    storeAwayMs: 0,
    storeRefusingMs: 0,
    services: names.map((name) => serviceOf(name)),
    ...{ nodes: [], queues: [], leftOut: null, unreadable: 0, archive: null },
    seriesOf: (service) => ({ routes: series[service]?.routes ?? [], jobs: series[service]?.jobs ?? [] }),
    exceptionsOf: () => 0,
    ...changes,
  }
}

export const away = (look: Look, storeAwayMs: number): Look => ({
  ...look,
  at: look.at + storeAwayMs,
  store: { ...look.store, ok: false },
  storeAwayMs,
})

export function conditionOf(metric: AlertCondition['metric'], changes: Partial<AlertCondition> = {}): AlertCondition {
  return { metric, over: 'each', is: 'above', threshold: 0, clear: null, minCount: null, ...changes }
}

export function scopeOf(changes: Partial<AlertScope> = {}): AlertScope {
  return { services: [], environments: [], hosts: [], queues: [], routes: [], jobs: [], ...changes }
}

type Ask = Partial<AlertScope> & Pick<Partial<AlertCondition>, 'over'>

export function ask(observer: Observer, metric: AlertCondition['metric'], { over = 'each', ...scope }: Ask = {}) {
  return observer.observe(conditionOf(metric, { over }), scopeOf(scope))
}

/** Values by the subjects' names. */
export function valuesOf(observations: readonly Observation[]): Record<string, number | null> {
  return Object.fromEntries(observations.map(({ subject, value }) => [subject.name, value]))
}

export function values(observer: Observer, metric: AlertCondition['metric'], asked: Ask = {}) {
  return valuesOf(ask(observer, metric, asked))
}
