import { groupExceptions, type Span } from '../../api/groups.js'
import type { ExceptionGroup } from '../../api/services.js'
import type { ExceptionRecord } from '../../protocol/index.js'
import { cut } from '../../protocol/read.js'
import { failureFingerprint } from '../queues/failures/fingerprint.js'
import type { Recent } from './details.js'

/** Length of an error in a list of jobs, characters. */
const MAX_ERROR_CHARS = 300

/** Groups exceptions, with their counts by minute and the fingerprint that they have as failed jobs. @param span of the records */
export function exceptionGroups(
  records: readonly ExceptionRecord[],
  { since }: Pick<Recent<ExceptionRecord>, 'since'>,
  span: Span,
): ExceptionGroup[] {
  const groups = groupExceptions(records, { ...span, since: (service) => since.get(service) ?? null })
  return groups.map((group) =>
    group.sample.kind === 'job'
      ? { ...group, failure: failureFingerprint(cut(group.sample.message, MAX_ERROR_CHARS)) }
      : group,
  )
}
