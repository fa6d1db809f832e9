import { RECEIVER_GONE } from '../../../alerts/outbox/outbox.js'
import { RedisError } from '../../../redis/errors.js'
import { openControlStore } from '../../../runtime/open-control-store.js'
import { type KnownAlerts, readAlerts } from '../../../runtime/read-alerts.js'
import { type Check, type Finding, hint, ok, problem } from '../finding.js'

type Deliveries = KnownAlerts['shown']['deliveries']

/** Without an evaluation for this long no Zenith evaluates, ms. */
const STALE_MS = 5 * 60_000
/** For how long a receiver that the page does not have counts as one of some Zenith's code, ms. */
const OF_CODE_MS = 24 * 3_600_000
const DOCS = 'docs/alerts.md'

/** What alerts would not reach anybody. What a Zenith has in its code is known from its deliveries and states alone. */
export const alerts: Check = {
  name: 'alerts',
  async run({ connection, keys, tokens }) {
    const store = openControlStore(connection, keys, tokens)
    try {
      const { setup, state, shown } = await readAlerts(store, process.env.QUASAR_SECRET || undefined)
      // No Zenith with alerts has run on this Redis: there is nothing to check.
      if (!state) return []
      const now = (await store.time()) ?? Date.now()
      return [
        ...evaluation(now - state.at),
        ...receiverFindings(setup, state.receivers, currentOf(setup, shown.deliveries, now)),
        ...ruleFindings(setup, shown.rules),
      ]
    } catch (error) {
      if (error instanceof RedisError && error.code === 'NOPERM') return []
      throw error
    }
  },
}

function evaluation(ageMs: number): Finding[] {
  if (ageMs < STALE_MS) return [ok({ code: 'alerts-evaluated', message: 'A Zenith evaluates the rules of alerts.' })]
  return [
    problem({
      code: 'alerts-stale',
      message: `No Zenith has evaluated the rules of alerts for ${Math.floor(ageMs / 60_000)} min.`,
      advice: `Start Zenith, with alerts. One that may not write to this Redis evaluates without storing its state: ${DOCS}.`,
    }),
  ]
}

/** Without those to receivers that were deleted or switched off. */
function currentOf(setup: KnownAlerts['setup'], deliveries: Deliveries, now: number): Deliveries {
  const known = new Map(setup.receivers.map(({ id, enabled }) => [id, enabled]))
  return deliveries.filter(({ receiver, at }) => known.get(receiver) ?? now - at < OF_CODE_MS)
}

function receiverFindings(setup: KnownAlerts['setup'], receivers: number, deliveries: Deliveries): Finding[] {
  if (receivers === 0)
    return [
      hint({
        code: 'alerts-no-receiver',
        message: 'Alerts are evaluated and sent to nobody: there is no receiver.',
        advice: `Add one on the page under "Alerts", "Receivers": ${DOCS}.`,
      }),
    ]
  const newest = new Map([...deliveries].reverse().map((delivery) => [delivery.receiver, delivery]))
  const failing = [...newest.values()].filter(({ state, answer }) => state === 'failed' && answer !== RECEIVER_GONE)
  const sealed = setup.receivers.filter(({ problem: why }) => why !== null && process.env.QUASAR_SECRET)
  return [
    ...failing.map(({ receiverName, answer, status }) =>
      problem({
        code: 'alerts-receiver-failing',
        message:
          `The receiver "${receiverName}" did not take the last message: ${status ?? 'no answer'}. ${answer ?? ''}`.trim(),
        advice: 'Mend it on the page under "Alerts", "Receivers", and press Test.',
      }),
    ),
    ...sealed.map(({ name, problem: why }) =>
      problem({
        code: 'alerts-receiver-sealed',
        message: `The receiver "${name}" can't be used: ${why}`,
        advice: DOCS,
      }),
    ),
  ]
}

function ruleFindings(setup: KnownAlerts['setup'], states: KnownAlerts['shown']['rules']): Finding[] {
  const own = setup.rules.filter(
    ({ rule, source, isOverridden }) => rule.enabled && (source === 'page' || isOverridden),
  )
  const idle = own.filter(({ rule }) => states[rule.id]?.subjects === 0)
  return idle.map(({ rule }) =>
    hint({
      code: 'alerts-rule-idle',
      message: `The rule "${rule.name}" applies to nothing now.`,
      advice: 'Check its scope: names may have changed.',
    }),
  )
}
