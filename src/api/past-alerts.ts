import { AlertSubject, SEVERITIES } from './alerts.js'
import { amount, flag, type Infer, listUpTo, object, oneOf, orNull, text } from './schema.js'

/** Alerts of the past. Times are Unix ms. */

export const PastAlert = object('An alert that fired at the time.', {
  id: text('Id of the alert: the rule and the subject.'),
  rule: text('Id of the rule.'),
  ruleName: text('Name of the rule.'),
  severity: oneOf(SEVERITIES, 'How bad it was.'),
  subject: AlertSubject,
  text: text('What was wrong, as it was told last before the time.'),
  firedAt: amount('When it fired.'),
  endedAt: orNull(amount('When it was over, if that was within 7 days; else null.')),
  acknowledgedBy: orNull(text('Who had acknowledged it by then.')),
  isSure: flag('Whether it still fired for sure: false if changes were lost in which it may have ended.'),
})
export type PastAlert = Infer<typeof PastAlert>

export const PastAlerts = object('The alerts that fired at a time.', {
  items: listUpTo(500, PastAlert, 'The worst first.'),
  since: amount('What fired before, and was not heard of from then on until the time, is missing: 30 days, or less.'),
  isCut: flag('Whether there were more.'),
})
export type PastAlerts = Infer<typeof PastAlerts>
