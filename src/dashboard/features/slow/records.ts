import type { Overview } from '../../../api/overview.js'
import type { SlowGroup } from '../../../api/services.js'
import type { SlowEntry } from '../../../protocol/slow-entry.js'
import { type Filter, nodeTest, textsOfSlow, textTest } from '../../api/filter.js'
import { slowKey } from '../../api/reducer.js'
import { groupBy } from '../../ui/groups.js'

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

/** Slow entries of one name together, the most frequent first. @param newestFirst as in an overview */
export function groupSlow(newestFirst: readonly SlowEntry[]): SlowGroup[] {
  const groups = groupBy(newestFirst, slowGroupKey)
  return [...groups.values()]
    .map((entries) => {
      const { service, kind, name, thresholdMs } = entries[0] as SlowEntry
      const slowestMs = Math.max(...entries.map((entry) => entry.durationMs))
      const last = Math.max(...entries.map((entry) => entry.ts))
      return { service, kind, name, thresholdMs, slowestMs, last, count: entries.length }
    })
    .sort((a, b) => b.count - a.count)
}

export function slowGroupKey({ service, kind, name }: Pick<SlowGroup, 'service' | 'kind' | 'name'>): string {
  return `${service}\n${kind}\n${name}`
}
