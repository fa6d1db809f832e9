import { readRule } from '../../alerts/rules.js'
import { METRIC_UNITS, METRICS, SUBJECT_KINDS } from '../../api/alert-metrics.js'
import {
  ALERT_STATES,
  type Alert,
  AlertEventListing,
  AlertListing,
  AlertPreview,
  AlertRuleListing,
  DeliveryListing,
  MAX_ALERT_EVENTS,
  MAX_RULES,
  ReceiverListing,
  ReceiverTest,
  type ReceiverView,
  SEVERITIES,
  SilenceListing,
} from '../../api/alerts.js'
import {
  AlertChangeBody,
  AlertPreviewBody,
  AlertRulesChange,
  ReceiversChange,
  SilencesChange,
} from '../../api/changes.js'
import { Problem } from '../../api/problem.js'
import { always, listOf, object, oneOf, optional, text } from '../../api/schema.js'
import { ApiError } from '../http/api-error.js'
import { operationsWith } from '../http/operation.js'
import type { Parameters } from '../http/query.js'
import { choiceParameter, textParameter, wholeParameter } from '../http/query.js'
import type { Services } from '../http/request-context.js'
import { json, problem } from '../http/responses.js'
import type { Queues } from '../queues/queues.js'
import { byNeed, totalsOf } from './alert-views.js'
import type { Alerts } from './alerts.js'
import { isActive } from './silences.js'

/** What routes of alerts work with. */
export interface AlertServices extends Services {
  /** Null: they are switched off. */
  readonly alerts: Alerts | null
  readonly queues: Queues
}

const { operation, change } = operationsWith<AlertServices>()

/** Rejects with an API error if they are switched off. */
function alertsOf({ alerts }: AlertServices): Alerts {
  if (!alerts) throw new ApiError('not_supported', 'Alerts are switched off in this Zenith: see its option `alerts`.')
  return alerts
}

const DONE = object('It is done.', { ok: always(true, 'Always true.') })
const OFF = { description: '`not_supported`: alerts are switched off.', schema: Problem }
const CHANGED = {
  409: {
    description:
      '`not_possible`: it comes from code, or a limit is reached; `not_supported`: the store or a missing QUASAR_SECRET; `no_audit`: changes are not allowed.',
    schema: Problem,
  },
  503: {
    description:
      '`store_unavailable`: the store does not answer, or refuses; `audit_unavailable`: the audit trail cannot be written, and nothing was done.',
    schema: Problem,
  },
}

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

export const alertRules = operation({
  path: '/api/alerts/rules',
  summary: 'List the rules with their values',
  parameters: {},
  answers: { 200: { description: 'All rules: those that fire first.', schema: AlertRuleListing }, 409: OFF },
  handle: async ({ services }) => json(200, { items: await alertsOf(services).rules() }),
})

export const changeAlertRules = change({
  path: '/api/alerts/rules',
  summary: 'Save a rule, or remove what the page saved',
  description:
    'A saved rule replaces one of the same id that comes with Zenith or from code; `reset` restores that one. Requires the role admin.',
  parameters: {},
  permission: () => 'alert.edit',
  body: AlertRulesChange,
  answers: { 200: { description: 'Done.', schema: DONE }, ...CHANGED },
  async handle({ body, principal, services }) {
    const { queues } = services
    const service = alertsOf(services)
    if (body.action === 'reset') {
      const { id } = body
      const isStored = service.setup.rules.some(
        ({ rule, source, isOverridden }) => rule.id === id && (source === 'page' || isOverridden),
      )
      if (!isStored) throw new ApiError('not_found', 'The page has saved no rule of this id.')
      await queues.act({
        ...{ by: principal, action: 'alert rule reset', queue: null, target: id },
        perform: () => service.setup.deleteRule(id),
      })
      return json(200, { ok: true })
    }
    const rule = readRule(body.rule)
    if (typeof rule === 'string') return problem(400, 'bad_body', `\`rule\`: ${rule}`)
    const isNew = service.setup.rules.every((one) => one.rule.id !== rule.id)
    if (isNew && service.setup.rules.length >= MAX_RULES)
      throw new ApiError('not_possible', `There are ${MAX_RULES} rules already: remove some first.`)
    await queues.act({
      ...{ by: principal, action: 'alert rule save', queue: null, target: rule.id },
      perform: () => service.setup.putRule(rule),
    })
    return json(200, { ok: true })
  },
})

export const alertPreview = change({
  path: '/api/alerts/preview',
  summary: 'Try a rule on the past',
  description: 'How often it would have fired in the last hour, or in 24 hours with an archive. Changes nothing.',
  parameters: {},
  permission: () => 'view',
  body: AlertPreviewBody,
  answers: { 200: { description: 'The result.', schema: AlertPreview }, 409: OFF },
  async handle({ body, services }) {
    const rule = readRule(body.rule)
    if (typeof rule === 'string') return problem(400, 'bad_body', `\`rule\`: ${rule}`)
    return json(200, await alertsOf(services).preview(rule))
  },
})

export const alertHistory = operation({
  path: '/api/alerts/history',
  summary: 'List what alerts did',
  description: `The newest ${MAX_ALERT_EVENTS} changes.`,
  parameters: {
    rule: textParameter('Only of this rule.'),
    service: textParameter('Only about this service.'),
    limit: wholeParameter(1, MAX_ALERT_EVENTS, 100, 'Maximum number.'),
  },
  answers: { 200: { description: 'The changes, newest first.', schema: AlertEventListing }, 409: OFF },
  async handle({ query: { rule, service, limit }, services }) {
    const { events } = await alertsOf(services).shown()
    const found = events.filter(
      (event) =>
        (rule === null || event.rule === rule) &&
        (service === null || event.subject.service === service || event.subject.services.includes(service)),
    )
    return json(200, { items: found.slice(0, limit) })
  },
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

export const receivers = operation({
  path: '/api/alerts/receivers',
  summary: 'List the receivers, without their addresses and secrets',
  parameters: {},
  answers: { 200: { description: 'All receivers.', schema: ReceiverListing }, 409: OFF },
  async handle({ services }) {
    const service = alertsOf(services)
    return json(200, {
      items: await service.receivers(),
      canStore: service.setup.canStore,
      canMail: service.canMail,
    })
  },
})

export const changeReceivers = change({
  path: '/api/alerts/receivers',
  summary: 'Save, delete or test a receiver',
  description:
    'A test sends a message now and responds with the receiver’s answer; it does not count for cooldowns. Requires the role admin.',
  parameters: {},
  permission: () => 'alert.edit',
  body: ReceiversChange,
  answers: {
    200: {
      description: 'Done; for a test, what the receiver answered.',
      schema: object('The result.', { ok: always(true, 'Always true.'), test: optional(ReceiverTest) }),
    },
    404: { description: '`not_found`: there is no such receiver.', schema: Problem },
    ...CHANGED,
  },
  async handle({ body, principal, services }) {
    const { queues } = services
    const service = alertsOf(services)
    const by = { by: principal, queue: null }
    if (body.action === 'save') {
      const { receiver } = body
      const wrong = service.problemOf(receiver)
      if (wrong) return problem(400, 'bad_body', `\`receiver\`: ${wrong}`)
      await queues.act({
        ...{ ...by, action: 'alert receiver save', target: receiver.id },
        perform: () => service.setup.putReceiver(receiver),
      })
      return json(200, { ok: true })
    }
    const known = await service.receivers()
    const receiver = known.find(({ id }) => id === body.id)
    if (!receiver) throw new ApiError('not_found', 'There is no receiver of this id.')
    if (body.action === 'test') return json(200, { ok: true, test: await testAudited(receiver) })
    if (receiver.source === 'code')
      throw new ApiError('not_possible', 'This receiver comes from code: remove it there.')
    await queues.act({
      ...{ ...by, action: 'alert receiver delete', target: body.id },
      perform: () => service.setup.deleteReceiver(body.id),
    })
    return json(200, { ok: true })

    function testAudited({ id }: ReceiverView) {
      return queues.act({
        ...{ ...by, action: 'alert receiver test', target: id },
        perform: () => service.test(id),
        tell: ({ ok, status }) => ({ ok, detail: status === null ? 'no answer' : `status ${status}` }),
      })
    }
  },
})

export const deliveries = operation({
  path: '/api/alerts/deliveries',
  summary: 'List the newest messages to receivers',
  parameters: { receiver: textParameter('Only to this receiver.') },
  answers: {
    200: { description: 'Newest first: those that wait, then those that have ended.', schema: DeliveryListing },
    409: OFF,
  },
  async handle({ query: { receiver }, services }) {
    const { deliveries: all } = await alertsOf(services).shown()
    return json(200, { items: all.filter((one) => receiver === null || one.receiver === receiver) })
  },
})

export const silences = operation({
  path: '/api/alerts/silences',
  summary: 'List the silences and weekly maintenances that have not ended',
  parameters: {} satisfies Parameters,
  answers: { 200: { description: 'Newest first.', schema: SilenceListing }, 409: OFF },
  async handle({ services }) {
    const service = alertsOf(services)
    const { now } = service
    const items = (await service.silences()).filter(({ until }) => until === null || until > now)
    return json(200, { items: items.map((silence) => ({ ...silence, isActive: isActive(silence, now) })) })
  },
})

export const changeSilences = change({
  path: '/api/alerts/silences',
  summary: 'Add a silence or a weekly maintenance, or end one',
  description: 'Alerts that it matches go on, and send no messages. Requires the role operator.',
  parameters: {},
  permission: () => 'alert.silence',
  body: SilencesChange,
  answers: {
    200: { description: 'Done.', schema: DONE },
    404: { description: '`not_found`: there is no such silence.', schema: Problem },
    ...CHANGED,
  },
  async handle({ body, principal, services }) {
    const { queues } = services
    const service = alertsOf(services)
    if (body.action === 'add') {
      const { silence } = body
      if (silence.until !== null && silence.until <= service.now)
        return problem(400, 'bad_body', '`silence.until` takes a time in the future.')
      await queues.act({
        ...{ by: principal, action: 'alert silence', queue: null, target: silence.reason },
        perform: () => service.setup.addSilence(silence, principal.user ?? principal.role, service.now),
      })
      return json(200, { ok: true })
    }
    const found = (await service.silences()).find(({ id }) => id === body.id)
    if (!found) throw new ApiError('not_found', 'There is no silence of this id.')
    await queues.act({
      ...{ by: principal, action: 'alert silence end', queue: null, target: found.reason },
      perform: () => service.setup.deleteSilence(found.id),
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
