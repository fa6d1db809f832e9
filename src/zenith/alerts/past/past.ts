import type { AlertHistory } from '../../../alerts/preview/history.js'
import type { Period } from '../../../api/words.js'
import { PERIOD_MS } from '../../../api/words.js'
import { archivedSpanOf } from '../../archive/archived-span.js'
import { ConditionPasts } from './condition-pasts.js'
import { missingPast } from './reasons.js'
import type { PastSources } from './sources.js'

/** The past of a period from the archive, or of the last hour where there is none. */
export function pastFrom(sources: PastSources, asked: Period): AlertHistory {
  const { monitor, archive, observer } = sources
  const { now } = monitor
  const period = archive ? asked : shortest(asked)
  const from = now - PERIOD_MS[period]
  const span = archive && archivedSpanOf({ period, window: null }, now)
  const pasts = new ConditionPasts(sources, { period, from, now, span })
  return {
    ...{ from, to: now },
    why: period === asked ? null : 'Without an archive, Zenith knows the last hour.',
    missing: missingPast,
    subjects: (condition, scope) => observer.observe(condition, scope).map(({ subject }) => subject),
    past: (condition, subjects) => pasts.of(condition, subjects),
  }
}

function shortest(asked: Period): Period {
  return PERIOD_MS[asked] > PERIOD_MS['1h'] ? '1h' : asked
}
