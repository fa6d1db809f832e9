import type { ArchivedJob } from '../../api/archived-jobs.js'
import { inSlices } from '../../lib/async.js'
import type { Archive, ArchivedRecord, ArchivedRecordKind } from '../../ports/index.js'

/** Records of one kind that are read for an answer: the newest. */
const MAX_RECORDS = 10_000
/** Characters of all of them: stacks and URLs are long. */
const MAX_CHARS = 32 * 1_048_576
const PAGE = 1_000
/** Records to parse before yielding to the event loop. */
const SLICE = 100

/** Records of a time, newest first. */
export interface ArchivedRecords<T> {
  readonly records: readonly T[]
  /** Time of the oldest one that was read if there are older ones; else null. */
  readonly since: number | null
}

interface Asked {
  readonly kind: ArchivedRecordKind
  readonly from: number
  readonly to: number
  readonly services?: readonly string[]
  readonly name?: string
}

/** The newest records of a kind in a time. */
export async function archivedRecords<T>(archive: Pick<Archive, 'records'>, asked: Asked): Promise<ArchivedRecords<T>> {
  const records: T[] = []
  let chars = 0
  const since = await readNewest(archive, asked, async (items) => {
    await inSlices(items, SLICE, ({ body }) => {
      chars += body.length
      records.push(JSON.parse(body) as T)
    })
    return records.length < MAX_RECORDS && chars < MAX_CHARS
  })
  return { records, since }
}

/** When the newest records of a kind in a time were: Unix ms. */
export async function archivedTimes(archive: Pick<Archive, 'records'>, asked: Asked): Promise<ArchivedRecords<number>> {
  const records: number[] = []
  const since = await readNewest(archive, asked, (items) => {
    for (const { at } of items) records.push(at)
    return records.length < MAX_RECORDS
  })
  return { records, since }
}

/** @param take whether more is wanted @returns the time of the oldest that was read if there are older ones; else null */
async function readNewest(
  archive: Pick<Archive, 'records'>,
  asked: Asked,
  take: (items: readonly ArchivedRecord[]) => boolean | Promise<boolean>,
): Promise<number | null> {
  let after: string | null = null
  let oldest: number | null = null
  for (;;) {
    const page: Awaited<ReturnType<Archive['records']>> = await archive.records({ ...asked, limit: PAGE, after })
    const wantsMore = await take(page.items)
    oldest = page.items.at(-1)?.at ?? oldest
    after = page.next
    if (after === null || !wantsMore) return after === null ? null : oldest
  }
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
