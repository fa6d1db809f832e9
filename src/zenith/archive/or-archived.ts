import { Problem } from '../../api/problem.js'
import { needsArchive, type TimeRange, type TimeWindow } from '../../api/time-window.js'
import { PERIOD_MS, type Period } from '../../api/words.js'
import type { Archive } from '../../ports/index.js'
import { HISTORY_LIFE_MS } from '../../protocol/index.js'
import { ApiError, isRefusal } from '../http/api-error.js'
import type { Answer, OperationContext } from '../http/operation.js'
import type { Parameters } from '../http/query.js'
import type { Services } from '../http/request-context.js'
import { json } from '../http/responses.js'
import { type ArchivedSpan, spanOf } from './archived-span.js'

/** What routes need to answer for times that the store does not have. */
export interface ArchiveServices extends Services {
  readonly monitor: { readonly now: number }
  /** Null without an archive. */
  readonly archive: Archive | null
}

export const NO_ARCHIVE: Answer = {
  description: 'The time needs an archive, and this Zenith has none.',
  schema: Problem,
}

interface RangeQuery {
  readonly period: Period | null
  readonly from?: number | null
  readonly to?: number | null
}

/** A time for which the archive answers. */
export interface Archived {
  readonly archive: Archive
  readonly span: ArchivedSpan
  readonly range: TimeRange
  /** The time that was asked for. Unix ms, the end excluded. */
  readonly time: TimeWindow
}

type Handler<P extends Parameters, S extends Services> = (context: OperationContext<P, S>) => Promise<Response>

/** @param now Unix ms */
type IsArchived = (range: TimeRange, now: number, hasArchive: boolean) => boolean

/** Without an archive an hour that has just passed is empty, as it always was. */
const beyondStore: IsArchived = (range, now, hasArchive) => {
  const isShort = range.window && range.window.to - range.window.from <= HISTORY_LIFE_MS
  return needsArchive(range, now) && (hasArchive || !isShort)
}

/**
 * A handler that answers from the archive for times that the store does not have, and otherwise live. An archive answers even while the
 * store does not.
 *
 * @param find resolves to the body, or to a response
 * @param isArchived whether the archive answers for a time range
 */
export function orArchived<P extends Parameters, S extends ArchiveServices>(
  live: Handler<P, S>,
  find: (archived: Archived, context: OperationContext<P, S>) => Promise<unknown>,
  isArchived: IsArchived = beyondStore,
): Handler<P, S> {
  return async (context) => {
    const { services } = context
    const range = rangeIn(context.query as unknown as RangeQuery)
    const { now } = services.monitor
    if (!range || !isArchived(range, now, services.archive !== null)) return live(context)
    const span = spanOf(range, now)
    const time = range.window ?? { from: now - PERIOD_MS[range.period], to: now + 1 }
    const found = await askArchive(services, (archive) => find({ archive, range, span, time }, context))
    return found instanceof Response ? found : json(200, found)
  }
}

/** Asks the archive. @throws ApiError without one, or if it does not answer */
export async function askArchive<T>(
  { archive }: Pick<ArchiveServices, 'archive'>,
  ask: (archive: Archive) => Promise<T>,
): Promise<T> {
  if (!archive)
    throw new ApiError(
      'no_archive',
      'This needs an archive, and this Zenith has none: start it with `--archive`. Without one, it has the last hour.',
    )
  try {
    await archive.open()
    return await ask(archive)
  } catch (error) {
    if (isRefusal(error)) throw error
    if (isBadMark(error)) throw new ApiError('bad_query', '`after` takes `next` of the previous page.')
    throw new ApiError('archive_unavailable', error instanceof Error ? error.message : 'The archive does not answer.')
  }
}

/** The archive's driver may run on another thread: its errors have codes, and no class. */
function isBadMark(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === 'bad_mark'
}

/** @returns null without a range: then all stored records are meant */
function rangeIn({ period, from = null, to = null }: RangeQuery): TimeRange | null {
  const window = from === null || to === null ? null : { from, to }
  return period === null && !window ? null : { period: period ?? '1h', window }
}
