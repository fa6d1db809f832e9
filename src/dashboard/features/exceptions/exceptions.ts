import { groupExceptions, type Span } from '../../../api/groups.js'
import type { Overview } from '../../../api/overview.js'
import type { ExceptionGroup, ExceptionMinutes } from '../../../api/services.js'
import type { ExceptionRecord } from '../../../protocol/exception.js'
import { NO_FILTER, textsOfException, textTest } from '../../api/filter.js'
import { count, exactTime } from '../../ui/format.js'

/** As many of the newest the page has. */
const MOST_HERE = 100

/** Groups some of the newest exceptions, which the page has itself. @param span of the records */
export function groupsHere(
  records: readonly ExceptionRecord[],
  { exceptions }: Pick<Overview, 'exceptions'>,
  span: Span,
): ExceptionGroup[] {
  const oldest = exceptions.length >= MOST_HERE ? (exceptions.at(-1)?.ts ?? null) : null
  return groupExceptions(records, { ...span, since: () => oldest })
}

/** Where all exceptions are listed that are stored: those of an hour. */
export const ALL_EXCEPTIONS = { ...NO_FILTER, period: '1h', from: 0, to: 0 } as const

interface Narrowed {
  q: string
  series: string
  /** Empty for all. */
  fingerprint?: string
}

/** Those whose newest, or one of whose places, is asked for. */
export function narrowExceptions(
  groups: readonly ExceptionGroup[],
  { q, series, fingerprint = '' }: Narrowed,
): readonly ExceptionGroup[] {
  const matches = textTest(q)
  return groups.filter(
    ({ routes, sample, fingerprint: own }) =>
      (!fingerprint || own === fingerprint) &&
      (!series || routes.includes(series) || sample.route === series || sample.queue === series) &&
      matches([...textsOfException(sample), ...routes]),
  )
}

/** `at most 9 in one minute; not read before 12:05` */
export function minutesInWords({ start, counts }: ExceptionMinutes): string {
  const most = counts.reduce<number>((highest, known) => Math.max(highest, known ?? 0), 0)
  const first = counts.findIndex((known) => known !== null)
  const bound = first > 0 ? `; those before ${exactTime(start + first * 60_000)} were not read` : ''
  return `at most ${count(most)} in one minute${bound}`
}
