import { groupExceptions, type Span } from '../../api/groups.js'
import type { ExceptionGroup } from '../../api/services.js'
import type { ExceptionRecord } from '../../protocol/index.js'
import { cut } from '../../protocol/read.js'
import { failureFingerprint } from '../queues/failures/fingerprint.js'
import type { Recent } from './details.js'

/** Length of an error in a list of jobs, characters. */
const MAX_ERROR_CHARS = 300

/**
 * Groups exceptions, with their counts by minute and the fingerprint that they have as failed jobs.
 *
 * @param span of the records; null for one that is too long for counts by minute
 */
export function exceptionGroups(
  records: readonly ExceptionRecord[],
  read: Pick<Recent<ExceptionRecord>, 'since'> | null,
  span: Span | null,
): ExceptionGroup[] {
  const counted = read && span && { ...span, since: (service: string) => read.since.get(service) ?? null }
  const groups = groupExceptions(records, counted ?? undefined)
  return groups.map((group) =>
    group.sample.kind === 'job'
      ? { ...group, failure: failureFingerprint(cut(group.sample.message, MAX_ERROR_CHARS)) }
      : group,
  )
}
