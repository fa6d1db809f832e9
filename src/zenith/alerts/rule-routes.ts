import { problemIn, readRule } from '../../alerts/rules.js'
import { AlertPreview, AlertRuleListing, MAX_RULES } from '../../api/alerts.js'
import { AlertPreviewBody, AlertRulesChange } from '../../api/changes.js'
import { ApiError } from '../http/api-error.js'
import { json, problem } from '../http/responses.js'
import { alertsOf, CHANGED, change, DONE, OFF, operation } from './operation.js'

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
    await service.setup.refresh()
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
    if (typeof rule === 'string') return badRule(rule)
    const unknown = service.setup.unknownReceiver(rule)
    if (unknown) return badRule(`receivers: ${unknown}`)
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

/** @param wrong a problem of `readRule` */
function badRule(wrong: string): Response {
  return problem(400, 'bad_body', problemIn('rule', wrong).replace(/^([\w.[\]]+):/, '`$1`'))
}

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
    if (typeof rule === 'string') return badRule(rule)
    return json(200, await alertsOf(services).preview(rule))
  },
})
