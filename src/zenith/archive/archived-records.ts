import type { ArchivedJob } from '../../api/archived-jobs.js'
import type { Archive, ArchivedRecordKind } from '../../ports/index.js'

/** Records of one kind that are read for an answer: the newest. */
export const MAX_RECORDS = 10_000
const PAGE = 1_000

/** Records of a time, newest first. */
export interface ArchivedRecords<T> {
  readonly records: readonly T[]
  /** Time of the oldest one that was read if there are older ones; else null. */
  readonly since: number | null
}

/** The newest records of a kind in a time. */
export async function archivedRecords<T>(
  archive: Pick<Archive, 'records'>,
  query: {
    readonly kind: ArchivedRecordKind
    readonly from: number
    readonly to: number
    readonly services?: readonly string[]
    readonly name?: string
  },
): Promise<ArchivedRecords<T>> {
  const records: T[] = []
  let after: string | null = null
  let oldest: number | null = null
  do {
    const page: Awaited<ReturnType<Archive['records']>> = await archive.records({ ...query, limit: PAGE, after })
    for (const { body } of page.items) records.push(JSON.parse(body) as T)
    oldest = page.items.at(-1)?.at ?? oldest
    after = page.next
  } while (after !== null && records.length < MAX_RECORDS)
  return { records, since: after === null ? null : oldest }
}

/** The part of a listing about records that were not read. */
export function sinceOf({ since }: Pick<ArchivedRecords<unknown>, 'since'>): { readonly since?: number } {
  return since === null ? {} : { since }
}

type Attempt = Awaited<ReturnType<Archive['jobs']>>['items'][number]

/** An attempt without its payload. */
export function attemptOf({ payload: _, ...attempt }: Attempt): ArchivedJob {
  return attempt
}
