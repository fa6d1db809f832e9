import type { Alert } from '../../api/alerts.js'
import { type ClusterInfo, type ClusterSummary, MAX_TROUBLES } from '../../api/clusters.js'
import type { Overview } from '../../api/overview.js'
import type { TrafficPoint } from '../../api/services.js'
import { backlogOf } from '../../protocol/index.js'
import { troublesOf } from './troubles.js'

/** What was read of a cluster. */
export interface ClusterState {
  /** Null before the first look. */
  readonly overview: Overview | null
  /** Whether a look ever succeeded: before, there are no figures. */
  readonly wasRead: boolean
  /** Null without alerts, and when they could not be read. */
  readonly alerts: readonly Alert[] | null
  readonly sameAs: string | null
}

/** A cluster at a glance. */
export function summaryOf(info: ClusterInfo, { overview, wasRead, alerts, sameAs }: ClusterState): ClusterSummary {
  const firing = (alerts ?? []).filter(isFiring)
  const troubles = overview ? troublesOf(overview, firing.filter(isUnseen)) : []
  return {
    ...info,
    state: stateOf(overview, troubles.length),
    at: wasRead && overview ? overview.at : null,
    store: overview?.store ?? null,
    sameAs,
    figures: wasRead && overview ? figuresOf(overview) : null,
    alerts: alerts && countOf(firing),
    troubles: troubles.slice(0, MAX_TROUBLES),
    moreTroubles: Math.max(0, troubles.length - MAX_TROUBLES),
  }
}

function stateOf(overview: Overview | null, troubles: number): ClusterSummary['state'] {
  if (!overview) return 'unread'
  if (!overview.store.ok) return 'away'
  return troubles > 0 ? 'attention' : 'ok'
}

function figuresOf({ services, nodes, queues }: Overview): ClusterSummary['figures'] {
  const inState = (state: string) => nodes.filter((node) => node.state === state).length
  const rateOf = (pick: (service: Overview['services'][number]) => TrafficPoint | null) =>
    services.reduce((sum, service) => sum + (pick(service)?.rate ?? 0), 0)
  return {
    services: services.length,
    nodes: { live: inState('live'), lost: inState('lost') },
    queues: queues.length,
    backlog: queues.reduce((sum, { metrics }) => sum + (backlogOf(metrics) ?? 0), 0),
    requestRate: rateOf(({ requests }) => requests),
    jobRate: rateOf(({ jobs }) => jobs),
  }
}

function isFiring({ state }: Alert): boolean {
  return state === 'firing' || state === 'recovering'
}

/** Not those that are known to people already, nor those that another explains. */
function isUnseen({ acknowledged, silence, cause }: Alert): boolean {
  return acknowledged === null && silence === null && cause === null
}

function countOf(firing: readonly Alert[]): ClusterSummary['alerts'] {
  const of = (severity: Alert['severity']) => firing.filter((alert) => alert.severity === severity).length
  return { critical: of('critical'), warning: of('warning'), info: of('info') }
}
