import { existsSync } from 'node:fs'
import { nextTurn } from '../../lib/async.js'
import { AGING_RECORDS, type ArchiveLimits, type PruneReport } from '../../ports/archive.js'
import type { SqlValue } from '../../sql/sqlite/binding.js'
import { dayStart } from '../shared/days.js'
import type { Days } from './days.js'
import { dayOf, daysOf, type Layout, startOf } from './layout.js'
import type { MainFile } from './main-file.js'
import { bytesOf, diskOf } from './status.js'

type Table = Parameters<MainFile['deleteSome']>[0]

/**
 * Deletes what is older than its limit, then what is too much. Nothing of the day of `now` is deleted. Whole files first: that works on a
 * full disk, and makes the room that deleting rows takes.
 */
export async function prune(layout: Layout, main: MainFile, days: Days, limits: ArchiveLimits): Promise<PruneReport> {
  const pruned = new DayPruner(layout, days, limits.now)
  for (const day of pruned.days('text', cutoff(limits.now, limits.payloadsMs))) await pruned.payloads(day)
  for (const day of pruned.days('rows', cutoff(limits.now, limits.jobsMs))) await pruned.jobs(day)
  const isTooMuch = () => exceeds(layout, limits)
  for (const day of pruned.days('text')) if (await isTooMuch()) await pruned.payloads(day)
  for (const day of pruned.days('rows')) if (await isTooMuch()) await pruned.jobs(day)
  const figures = await pruneFigures(main, limits)
  const records = await pruneRecords(main, cutoff(limits.now, limits.recordsMs))
  const gaps = await pruneOlder(main, 'gaps', 'end < ?', cutoff(limits.now, longestAge(limits)))
  if (figures + records > 0) main.db.checkpoint()
  return { figures, records, gaps, jobDays: pruned.jobDays, payloadDays: pruned.payloadDays }
}

/** The first day that stays; null when all do. */
function cutoff(now: number, age: number | null): number | null {
  return age === null ? null : Math.min(dayStart(now - age), dayStart(now))
}

/** Gaps are of figures, records and jobs. */
function longestAge({ figuresMs, recordsMs, jobsMs }: ArchiveLimits): number | null {
  if (recordsMs === null || jobsMs === null || figuresMs.size === 0) return null
  return Math.max(recordsMs, jobsMs, ...figuresMs.values())
}

async function pruneFigures(main: MainFile, { now, figuresMs }: ArchiveLimits): Promise<number> {
  let deleted = 0
  for (const [step, age] of figuresMs)
    deleted += await pruneOlder(main, 'figures', 'step = ? AND start < ?', cutoff(now, age), [step])
  return deleted
}

async function pruneRecords(main: MainFile, before: number | null): Promise<number> {
  let deleted = 0
  for (const kind of AGING_RECORDS) deleted += await pruneOlder(main, 'records', 'kind = ? AND at < ?', before, [kind])
  return deleted
}

async function pruneOlder(
  main: MainFile,
  table: Table,
  where: string,
  before: number | null,
  values: readonly SqlValue[] = [],
): Promise<number> {
  if (before === null) return 0
  let deleted = 0
  for (;;) {
    const some = main.deleteSome(table, where, [...values, before])
    if (some === 0) return deleted
    deleted += some
    await nextTurn()
  }
}

async function exceeds(layout: Layout, { maxBytes, minFreeShare }: ArchiveLimits): Promise<boolean> {
  if (maxBytes !== null && bytesOf(layout, 0).total > maxBytes) return true
  if (minFreeShare === null) return false
  const disk = await diskOf(layout.dir)
  return disk !== null && disk.free < disk.total * minFreeShare
}

class DayPruner {
  readonly jobDays: string[] = []
  readonly payloadDays: string[] = []
  readonly #layout: Layout
  readonly #days: Days
  readonly #today: string

  constructor(layout: Layout, days: Days, now: number) {
    this.#layout = layout
    this.#days = days
    this.#today = dayOf(now)
  }

  /** Days before a time, and before today, oldest first. Null: none. */
  days(kind: 'rows' | 'text', before: number | null = startOf(this.#today)): readonly string[] {
    return before === null ? [] : daysOf(this.#layout, kind).filter((day) => startOf(day) < before && day < this.#today)
  }

  async payloads(day: string): Promise<void> {
    if (!existsSync(this.#layout.text(day))) return
    this.#days.remove(day, 'text')
    this.payloadDays.push(day)
    await nextTurn()
  }

  async jobs(day: string): Promise<void> {
    await this.payloads(day)
    this.#days.remove(day, 'rows')
    this.jobDays.push(day)
    await nextTurn()
  }
}
