import type { Overview } from '../../../api/overview.js'
import type { ExceptionGroup } from '../../../api/services.js'
import type { SlowEntry } from '../../../protocol/slow-entry.js'
import { nodeTest, textsOfException, textsOfSlow, textTest } from '../../api/filter.js'
import { slowKey } from '../../api/reducer.js'
import type { Choice } from '../../routing/url-state.js'

/** What was answered, and before it what the stream brought since; newest first. */
export function withNews(live: readonly SlowEntry[], answered: readonly SlowEntry[] = []): readonly SlowEntry[] {
  const known = new Set(answered.map(slowKey))
  return [...live.filter((entry) => !known.has(slowKey(entry))), ...answered].sort((a, b) => b.ts - a.ts)
}

/** Those that are asked for. */
export function narrowSlow(entries: readonly SlowEntry[], overview: Overview, choice: Choice): readonly SlowEntry[] {
  const isIn = nodeTest(overview, choice)
  const matches = textTest(choice.q)
  return entries.filter(
    (entry) =>
      (!choice.route || entry.name === choice.route) && isIn(entry.service, entry.node) && matches(textsOfSlow(entry)),
  )
}

/** Those whose newest, or one of whose places, is asked for. */
export function narrowExceptions(groups: readonly ExceptionGroup[], { q, route }: Choice): readonly ExceptionGroup[] {
  const matches = textTest(q)
  return groups.filter(
    ({ routes, sample }) =>
      (!route || routes.includes(route) || sample.route === route || sample.queue === route) &&
      matches([...textsOfException(sample), ...routes]),
  )
}
