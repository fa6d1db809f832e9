import type { ClusterInfo, ClusterSummary, ClusterTrouble } from '../../../api/clusters.js'
import { NO_FILTER } from '../../api/filter.js'
import type { Target } from '../../routing/pages.js'
import { plural } from '../../ui/format.js'

export const STATE_WORDS: Readonly<Record<ClusterSummary['state'], string>> = {
  ok: 'ok',
  attention: 'needs attention',
  away: 'does not answer',
  unread: 'not read yet',
}

/** Of several clusters: `2 not answering`. */
export const STATES_WORDS: typeof STATE_WORDS = {
  ok: 'ok',
  attention: 'needing attention',
  away: 'not answering',
  unread: 'not read yet',
}

/** The environment; null if there is none, or if the name tells it. */
export function environmentWord({ name, environment }: Pick<ClusterInfo, 'name' | 'environment'>): string | null {
  return environment?.toLowerCase() === name.toLowerCase() ? null : environment
}

/** `3 alerts · 1 lost`; empty when there is neither. What is unknown is no zero: it is left out. */
export function countsText({ alerts, figures }: Pick<ClusterSummary, 'alerts' | 'figures'>): string {
  const firing = alerts ? alerts.critical + alerts.warning + alerts.info : 0
  const lost = figures?.nodes.lost ?? 0
  return [firing > 0 && plural(firing, 'alert'), lost > 0 && `${lost} lost`].filter(Boolean).join(' · ')
}

/** `2 critical, 1 warning`; null when it is not known. */
export function alertsText(alerts: ClusterSummary['alerts']): string | null {
  if (!alerts) return null
  const { critical, warning, info } = alerts
  const parts = [
    critical > 0 && `${critical} critical`,
    warning > 0 && plural(warning, 'warning'),
    info > 0 && `${info} info`,
  ]
  return parts.filter(Boolean).join(', ') || '0'
}

/** Where a cluster begins. */
export function startOf(cluster: string): Target {
  return { ...NO_FILTER, page: 'pulse', cluster }
}

/** Where one sees more of what needs attention in a cluster. */
export function troubleTarget(cluster: string, { kind, key }: ClusterTrouble): Target {
  const place = { ...NO_FILTER, cluster }
  if (kind === 'alert') return { ...place, page: 'alerts', alert: key }
  if (kind === 'service') return { ...place, page: 'service', service: key }
  if (kind === 'queue') return { ...place, page: 'queue', queue: key }
  return startOf(cluster)
}
