import { METRIC_UNITS, METRICS, SUBJECT_KINDS } from '../../api/alert-metrics.js'
import { ALERT_STATES, type Alert, AlertListing, SEVERITIES } from '../../api/alerts.js'
import { AlertChangeBody } from '../../api/changes.js'
import { Problem } from '../../api/problem.js'
import { listOf, object, oneOf, text } from '../../api/schema.js'
import { ApiError } from '../http/api-error.js'
import { choiceParameter, textParameter, wholeParameter } from '../http/query.js'
import { json } from '../http/responses.js'
import { byNeed, totalsOf } from './alert-views.js'
import { alertHistory } from './history-route.js'
import { alertsOf, CHANGED, change, DONE, OFF, operation } from './operation.js'
import { changeReceivers, deliveries, receivers } from './receiver-routes.js'
import { alertPreview, alertRules, changeAlertRules } from './rule-routes.js'
import { changeSilences, silences } from './silence-routes.js'

export const alerts = operation({
  path: '/api/alerts',
  summary: 'List the alerts that are not ok',
  description: 'The worst first. Rules are evaluated every 10 s.',
  parameters: {
    state: choiceParameter(ALERT_STATES, 'Only in this state.'),
    severity: choiceParameter(SEVERITIES, 'Only of this severity.'),
    service: textParameter('Only about this service.'),
    q: textParameter('Only with this text in the name of the rule or subject, ignoring case.'),
    limit: wholeParameter(1, 1_000, 200, 'Maximum number.'),
    offset: wholeParameter(0, 1_000_000, 0, 'Number of alerts to skip.'),
  },
  answers: { 200: { description: 'The alerts.', schema: AlertListing }, 409: OFF },
  async handle({ query, services }) {
    const all = await alertsOf(services).alerts()
    const found = all.filter((alert) => matches(alert, query)).sort(byNeed)
    return json(200, {
      total: found.length,
      items: found.slice(query.offset, query.offset + query.limit),
      totals: totalsOf(all),
      evaluatedAt: alertsOf(services).evaluatedAt,
      problems: alertsOf(services).problems(),
    })
  },
})

interface AlertQuery {
  readonly state: string | null
  readonly severity: string | null
  readonly service: string | null
  readonly q: string | null
}

function matches(alert: Alert, { state, severity, service, q }: AlertQuery): boolean {
  const { subject } = alert
  if (state !== null && alert.state !== state) return false
  if (severity !== null && alert.severity !== severity) return false
  if (service !== null && subject.service !== service && !subject.services.includes(service)) return false
  const words = `${alert.ruleName} ${subject.name} ${subject.service ?? ''}`.toLowerCase()
  return q === null || words.includes(q.toLowerCase())
}

export const alertMetrics = operation({
  path: '/api/alerts/metrics',
  summary: 'List the metrics that rules can be about',
  parameters: {},
  answers: {
    200: {
      description: 'The metrics.',
      schema: object('All metrics.', {
        items: listOf(
          object('A metric.', {
            id: text('Id.'),
            subject: oneOf(SUBJECT_KINDS, 'What it is a figure of.'),
            unit: oneOf(METRIC_UNITS, 'Unit.'),
            label: text('Name.'),
            description: text('Description.'),
            isBadWhen: oneOf(['high', 'low'], 'Whether more or less of it is worse.'),
          }),
        ),
      }),
    },
  },
  handle: () => json(200, { items: Object.entries(METRICS).map(([id, spec]) => ({ id, ...spec })) }),
})

export const changeAlerts = change({
  path: '/api/alerts',
  summary: 'Acknowledge an alert',
  description: 'It sends no reminders until it is resolved. Requires the role operator.',
  parameters: {},
  permission: () => 'alert.acknowledge',
  body: AlertChangeBody,
  answers: {
    200: { description: 'Done.', schema: DONE },
    404: { description: '`not_found`: there is no such alert, or it has ended.', schema: Problem },
    ...CHANGED,
  },
  async handle({ body: { alert: id }, principal, services }) {
    const { queues } = services
    const service = alertsOf(services)
    const found = (await service.alerts()).find((one) => one.id === id)
    if (!found) throw new ApiError('not_found', 'There is no such alert, or it has ended.')
    if (found.firedAt === null) throw new ApiError('not_possible', 'It has not fired yet.')
    await queues.act({
      ...{ by: principal, action: 'alert acknowledge', queue: null, target: id },
      perform: () => service.acknowledge(id, principal.user ?? principal.role),
    })
    return json(200, { ok: true })
  },
})

export const ALERT_OPERATIONS = [
  alerts,
  changeAlerts,
  alertMetrics,
  alertRules,
  changeAlertRules,
  alertPreview,
  alertHistory,
  receivers,
  changeReceivers,
  deliveries,
  silences,
  changeSilences,
]
