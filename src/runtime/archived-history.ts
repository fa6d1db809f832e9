import type { HistoryPoint } from '../api/history.js'
import { bucketStart, LEVELS } from '../archiver/figures/levels.js'
import type { ArchiveDriver } from '../ports/index.js'
import { historyOf } from '../zenith/archive/history.js'

export { HISTORY_COLUMNS, historyRow } from '../zenith/archive/history-table.js'

/** Buckets that are read at once. */
const PART = 500

/** A time, Unix ms, the end excluded. */
interface Time {
  readonly from: number
  readonly to: number
}

/** The past of a service, oldest first, in parts, by the finest step that the archive still has of the start. @param now Unix ms */
export async function* archivedHistory(
  archive: Pick<ArchiveDriver, 'figures'>,
  service: string,
  { from, to }: Time,
  now: number,
): AsyncGenerator<readonly HistoryPoint[]> {
  const level = LEVELS.find(({ keepMs }) => from >= now - keepMs) ?? LEVELS[LEVELS.length - 1]
  const step = level?.step ?? 60_000
  for (let start = bucketStart(from, step); start < to; start += PART * step) {
    const end = Math.min(start + PART * step, bucketStart(to - 1, step) + step)
    yield (await historyOf(archive, service, { from: start, to: end }, step, now)).points
  }
}
