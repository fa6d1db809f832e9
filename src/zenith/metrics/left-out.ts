import type { LeftOut } from '../../protocol/index.js'
import type { Family } from './exposition.js'

/**
 * What there are no figures of, because it is beyond a bound; nothing of what is not left out.
 *
 * @param read what Zenith did not read
 * @param told what has no samples here
 */
export function leftOutFamilies(read: LeftOut | null, told: Readonly<Record<string, number>>): Family[] {
  return [
    family('quasar_left_out', 'What Zenith does not read because it is beyond a bound.', read ?? {}),
    family('quasar_metrics_left_out', 'What has no samples here because it exceeds a limit.', told),
  ]
}

function family(name: string, help: string, counts: Readonly<Record<string, number>> | LeftOut): Family {
  const samples = Object.entries(counts).map(([kind, value]) => ({ labels: { kind }, value: value > 0 ? value : null }))
  return { name, type: 'gauge', help, samples }
}
