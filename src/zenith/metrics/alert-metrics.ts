import type { Alert } from '../../api/alerts.js'
import { groupBy } from '../../lib/group-by.js'
import type { Family, Sample } from './exposition.js'

/** How many alerts fire, by rule; and when rules were evaluated last. */
export function alertFamilies(alerts: readonly Alert[], evaluatedAt: number | null): Family[] {
  const firing = alerts.filter(({ firedAt }) => firedAt !== null)
  const samples = [...groupBy(firing, ({ rule }) => rule)].map(([rule, own]): Sample => {
    const severity = own[0]?.severity ?? null
    return { labels: { rule, severity }, value: own.length }
  })
  return [
    { name: 'quasar_alerts_firing', type: 'gauge', help: 'Alerts that fire, by rule.', samples },
    {
      name: 'quasar_alerts_evaluated_timestamp_seconds',
      type: 'gauge',
      help: 'When the rules were evaluated last, Unix time.',
      samples: [{ labels: {}, value: evaluatedAt === null ? null : evaluatedAt / 1_000 }],
    },
  ]
}
