import type { Overview } from '../../../api/overview.js'
import type { ExceptionGroup } from '../../../api/services.js'
import type { SlowEntry } from '../../../protocol/slow-entry.js'
import { type Filter, nodeTest, textsOfException, textsOfSlow, textTest } from '../../api/filter.js'
import { slowKey } from '../../api/reducer.js'

/** What was answered, and before it what the stream brought since; newest first. */
export function withNews(live: readonly SlowEntry[], answered: readonly SlowEntry[] = []): readonly SlowEntry[] {
  const known = new Set(answered.map(slowKey))
  return [...live.filter((entry) => !known.has(slowKey(entry))), ...answered].sort((a, b) => b.ts - a.ts)
}

/** Those that are asked for. */
export function narrowSlow(
  entries: readonly SlowEntry[],
  overview: Overview,
  filter: Filter & { series: string },
): readonly SlowEntry[] {
  const isIn = nodeTest(overview, filter)
  const matches = textTest(filter.q)
  return entries.filter(
    (entry) =>
      (!filter.series || entry.name === filter.series) &&
      isIn(entry.service, entry.node) &&
      matches(textsOfSlow(entry)),
  )
}

/** Those whose newest, or one of whose places, is asked for. */
export function narrowExceptions(
  groups: readonly ExceptionGroup[],
  { q, series }: { q: string; series: string },
): readonly ExceptionGroup[] {
  const matches = textTest(q)
  return groups.filter(
    ({ routes, sample }) =>
      (!series || routes.includes(series) || sample.route === series || sample.queue === series) &&
      matches([...textsOfException(sample), ...routes]),
  )
}
