import { METRICS } from '../../../api/alert-metrics.js'
import type {
  Alert,
  AlertChange,
  AlertCondition,
  AlertScope,
  AlertSubject,
  Comparison,
  RECEIVER_KINDS,
  Severity,
  Silence,
  WeeklyTime,
} from '../../../api/alerts.js'
import { NO_FILTER } from '../../api/filter.js'
import type { Target } from '../../routing/pages.js'
import { capital, span } from '../../ui/format.js'
import { lengthText, valueText } from './values.js'

export const SEVERITY_TEXT: Readonly<Record<Severity, string>> = {
  critical: 'text-bad',
  warning: 'text-warn',
  info: 'text-soft',
}

export const COMPARED: Readonly<Record<Comparison, string>> = {
  above: 'above',
  atLeast: 'at least',
  below: 'below',
  atMost: 'at most',
}

export const CHANGED: Readonly<Record<AlertChange, string>> = {
  firing: 'fired',
  resolved: 'resolved',
  ended: 'ended',
  acknowledged: 'acknowledged',
  reminder: 'reminder',
}

export const RECEIVER_NAMES: Readonly<Record<(typeof RECEIVER_KINDS)[number], string>> = {
  slack: 'Slack',
  discord: 'Discord',
  teams: 'Microsoft Teams',
  webhook: 'Webhook',
  email: 'E-mail',
  pagerduty: 'PagerDuty',
  heartbeat: 'Dead man’s switch',
}

export const DAY_NAMES = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
} as const

/** The page of what an alert is about; null where there is none. */
export function subjectTarget({ kind, key, name, service }: AlertSubject): Target | null {
  if (kind === 'service') return { ...NO_FILTER, page: 'service', service: name }
  if (kind === 'queue') return { ...NO_FILTER, page: 'queue', queue: key }
  if (kind === 'host') return { ...NO_FILTER, page: 'pulse', q: name }
  if (service === null) return null
  if (kind === 'route') return { ...NO_FILTER, page: 'route', service, series: name }
  if (kind === 'job') return { ...NO_FILTER, page: 'service', service, series: name }
  return kind === 'node' ? { ...NO_FILTER, page: 'process', service, node: name } : null
}

/** `node web-1 of shop-api`; the fleet has no name. */
export function subjectText({ kind, name, service }: AlertSubject): string {
  if (kind === 'fleet') return 'The fleet'
  if (kind === 'service') return name
  const of = service === null ? '' : ` of ${service}`
  return kind === 'route' ? `${name}${of}` : `${kind} ${name}${of}`
}

/** `CPU of the host above 90 %, clear at 80 %`: a condition in one line. */
export function conditionText(condition: AlertCondition): string {
  const { metric, over, is, threshold, clear, minCount } = condition
  const { label, unit } = METRICS[metric]
  const name = over === 'each' ? label : `${label} (${over} of the nodes)`
  const least = minCount === null ? '' : `, from ${minCount} failures`
  const back = clear === null ? '' : `, clear at ${valueText(clear, unit)}`
  return `${name} ${COMPARED[is]} ${valueText(threshold, unit)}${least}${back}`
}

/** All conditions of a rule, and how long they have to hold. */
export function ruleText({ conditions, forMs }: { conditions: readonly AlertCondition[]; forMs: number }): string {
  const words = capital(conditions.map(conditionText).join(', or '))
  return forMs === 0 ? words : `${words}, for ${lengthText(forMs)}`
}

const SCOPE_NAMES = {
  services: 'services',
  environments: 'environments',
  hosts: 'hosts',
  nodes: 'nodes',
  queues: 'queues',
  routes: 'routes',
  jobs: 'jobs',
  rules: 'rules',
} as const

/** `services shop-*; queues mail`; empty for everything. */
export function scopeText(scope: Partial<AlertScope & Pick<Silence, 'rules' | 'nodes'>>): string {
  return Object.entries(SCOPE_NAMES)
    .flatMap(([key, name]) => {
      const patterns = scope[key as keyof typeof SCOPE_NAMES] ?? []
      return patterns.length === 0 ? [] : [`${name} ${patterns.join(', ')}`]
    })
    .join('; ')
}

/** `Mondays and Tuesdays, 22:30 for 2 h, Europe/Berlin` */
export function weeklyText({ days, from, minutes, timeZone }: WeeklyTime): string {
  const names = days.map((day) => `${DAY_NAMES[day]}s`)
  const all = names.length === 7 ? 'Every day' : names.join(', ')
  return `${all}, ${from} for ${span(minutes * 60_000)}, ${timeZone}`
}

/** What a silence matches. */
export type SilencePatterns = Record<'rules' | 'services' | 'hosts' | 'nodes' | 'queues', string[]>

const NOTHING = (): SilencePatterns => ({ rules: [], services: [], hosts: [], nodes: [], queues: [] })

/** What silences an alert, and others of its rule no more than it has to. */
export function silenceScope({ rule, subject: { kind, key, name, service } }: Alert): SilencePatterns {
  const scope = { ...NOTHING(), rules: [rule] }
  if (kind === 'queue') return { ...scope, queues: [key] }
  if (kind === 'host') return { ...scope, hosts: [name] }
  if (kind === 'node') return { ...scope, nodes: [name] }
  if (kind === 'service') return { ...scope, services: [name] }
  return service === null ? scope : { ...scope, services: [service] }
}

/** What mutes all alerts of the machine or process that an alert is about; null where it is about none. */
export function muteScope({ subject: { kind, name } }: Alert): SilencePatterns | null {
  if (kind === 'host') return { ...NOTHING(), hosts: [name] }
  return kind === 'node' ? { ...NOTHING(), nodes: [name] } : null
}

/** 9:00 of the next day, by the reader's clock. @param now Unix ms */
export function tomorrowAfter(now: number): number {
  const date = new Date(now)
  date.setDate(date.getDate() + 1)
  date.setHours(9, 0, 0, 0)
  return date.getTime()
}

/** What a silence mutes, as a sentence of its own. */
export function capitalScope(silence: Parameters<typeof scopeText>[0]): string {
  return capital(scopeText(silence))
}
