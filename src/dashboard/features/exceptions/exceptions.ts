import type { ExceptionGroup } from '../../../api/services.js'
import { textsOfException, textTest } from '../../api/filter.js'

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
