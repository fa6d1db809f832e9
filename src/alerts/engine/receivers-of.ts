import { type AlertRule, SEVERITIES, type Severity } from '../../api/alerts.js'

/** What decides on who is told. */
export interface KnownReceiver {
  readonly id: string
  readonly enabled: boolean
  /** The lowest severity that it takes. */
  readonly severity: Severity
  /** A dead man's switch gets no messages. */
  readonly takesMessages: boolean
}

/** Ids of the receivers of a rule: those that it names, otherwise all that take its severity. */
export function receiversOf(rule: AlertRule, receivers: readonly KnownReceiver[]): readonly string[] {
  const usable = receivers.filter(({ enabled, takesMessages }) => enabled && takesMessages)
  const named = new Set(rule.receivers)
  const found = usable.filter(({ id, severity }) =>
    named.size > 0 ? named.has(id) : SEVERITIES.indexOf(rule.severity) <= SEVERITIES.indexOf(severity),
  )
  return found.map(({ id }) => id)
}
