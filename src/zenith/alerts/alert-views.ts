import type { Track } from '../../alerts/engine/track.js'
import { placeOf } from '../../alerts/receivers/addresses.js'
import type { SourcedRule } from '../../alerts/rules.js'
import { conditionInWords } from '../../alerts/words.js'
import { METRICS } from '../../api/alert-metrics.js'
import {
  type Alert,
  type AlertRuleView,
  type AlertTotals,
  type Delivery,
  type ReceiverView,
  SEVERITIES,
} from '../../api/alerts.js'
import type { KnownReceiverSetup, PendingAcknowledgement } from './setup.js'
import type { RuleState } from './stored.js'

/** @param pending an acknowledgement that the evaluating Zenith has not seen yet */
export function alertOf(track: Track, pending: PendingAcknowledgement | null): Alert {
  const { id, rule, ruleName, severity, state, isUnknown, subject, condition, value, metValue } = track
  const { since, firedAt, sentAt, times, acknowledged, silence, cause } = track
  const early = pending && { by: pending.by, at: pending.at }
  return {
    ...{ id, rule, ruleName, severity, state, isUnknown, subject, condition, value },
    ...{ since, firedAt, sentAt, times, silence, cause },
    text: conditionInWords(condition, metValue),
    unit: METRICS[condition.metric].unit,
    acknowledged: acknowledged ?? early,
  }
}

export function totalsOf(alerts: readonly Alert[]): AlertTotals {
  const firing = alerts.filter(({ firedAt }) => firedAt !== null)
  const unseen = firing.filter(
    ({ acknowledged, silence, cause }) => acknowledged === null && silence === null && cause === null,
  )
  return {
    firing: firing.length,
    pending: alerts.length - firing.length,
    critical: unseen.filter(({ severity }) => severity === 'critical').length,
    unseen: unseen.length,
  }
}

/** The worst first: what fires before what may, the severe before the mild, the newest first. */
export function byNeed(a: Alert, b: Alert): number {
  return (
    Number(a.firedAt === null) - Number(b.firedAt === null) ||
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    b.since - a.since
  )
}

/** @param state null: not evaluated yet */
export function ruleViewOf(
  { rule, source, isOverridden }: SourcedRule,
  state: RuleState | null,
  tracks: readonly Track[],
): AlertRuleView {
  const own = tracks.filter((track) => track.rule === rule.id)
  const firing = own.filter(({ firedAt }) => firedAt !== null).length
  const { subjects = 0, left = 0, value = null, worst = null, condition = 0, spark = [] } = state ?? {}
  return {
    ...{ rule, source, isOverridden, isLocked: source === 'code' && !isOverridden },
    ...{ subjects, left, value, worst, condition, spark, firing, pending: own.length - firing },
  }
}

/** @param deliveries newest first, those that wait before all */
export function receiverViewOf(receiver: KnownReceiverSetup, deliveries: readonly Delivery[]): ReceiverView {
  const { id, name, kind, source, enabled, severity, address, secret, problem } = receiver
  const own = deliveries.filter((delivery) => delivery.receiver === id)
  return {
    ...{ id, name, kind, source, enabled, severity, problem },
    ...{ place: placeOf(kind, address), hasSecret: secret !== '' },
    last: own.find(({ attempts }) => attempts > 0) ?? null,
    waiting: own.filter(({ state }) => state === 'waiting').length,
  }
}
