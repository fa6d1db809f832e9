import { slowIdentity } from '../../../api/identity.js'
import type { Overview } from '../../../api/overview.js'
import type { SlowEntry } from '../../../protocol/slow-entry.js'
import { type Filter, nodeTest, ofTrace, textsOfSlow, textTest } from '../../api/filter.js'

/** What was answered, and before it what the stream brought since; newest first. */
export function withNews(live: readonly SlowEntry[], answered: readonly SlowEntry[] = []): readonly SlowEntry[] {
  const known = new Set(answered.map(slowIdentity))
  return [...live.filter((entry) => !known.has(slowIdentity(entry))), ...answered].sort((a, b) => b.ts - a.ts)
}

/** Those that are asked for. */
export function narrowSlow(
  entries: readonly SlowEntry[],
  overview: Overview,
  filter: Filter & { series: string; trace?: string },
): readonly SlowEntry[] {
  const isIn = nodeTest(overview, filter)
  const matches = textTest(filter.q)
  return ofTrace(entries, filter.trace ?? '').filter(
    (entry) =>
      (!filter.series || entry.name === filter.series) &&
      isIn(entry.service, entry.node) &&
      matches(textsOfSlow(entry)),
  )
}
