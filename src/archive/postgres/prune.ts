import { AGING_RECORDS, type ArchiveLimits, type PruneReport } from '../../ports/archive.js'
import type { Database, Session } from '../../sql/postgres/database.js'
import { lock } from '../../sql/postgres/tables.js'
import { dayName, dayStart } from '../shared/days.js'
import { type DayPartitions, type DayTable, daysOf, partitionOf } from './days.js'
import { rewriteNoted } from './forget.js'
import { readSizes } from './status.js'

/** Dropping waits for all who read the table, and all who come after it wait for it: not for long. */
const LOCK_MS = 10_000

/** Days whose partitions were dropped. */
type Dropped = Record<DayTable, number[]>

export async function prune(
  database: Database,
  partitions: DayPartitions,
  limits: ArchiveLimits,
): Promise<PruneReport> {
  // Days are dropped all the same: that makes the room, which may be what is missing.
  const deleting = await Promise.allSettled([database.write((session) => deleteOld(session, limits))])
  const dropped: Dropped = { jobs: [], payloads: [] }
  await dropBefore(database, 'payloads', cutoff(limits, limits.payloadsMs), dropped)
  await dropBefore(database, 'jobs', cutoff(limits, limits.jobsMs), dropped)
  await dropToSize(database, limits, dropped)
  await rewriteNoted(database)
  partitions.forgetKnown()
  const [deleted] = deleting
  if (deleted.status === 'rejected') throw deleted.reason
  const names = (days: readonly number[]) => days.map(dayName).sort()
  return { ...deleted.value, jobDays: names(dropped.jobs), payloadDays: names(dropped.payloads) }
}

function cutoff({ now }: ArchiveLimits, age: number | null): number {
  return age === null ? Number.NEGATIVE_INFINITY : dayStart(now - age)
}

async function deleteOld(session: Session, limits: ArchiveLimits) {
  let figures = 0
  for (const [step, age] of limits.figuresMs)
    figures += await session.run('delete from figures where step = $1 and begins < $2', [step, cutoff(limits, age)])
  const records = await session.run('delete from records where kind = any($1::text[]) and at < $2', [
    AGING_RECORDS,
    cutoff(limits, limits.recordsMs),
  ])
  const gaps = await session.run('delete from gaps where ends < $1', [cutoff(limits, longestAge(limits))])
  return { figures, records, gaps }
}

function longestAge({ figuresMs, recordsMs, jobsMs }: ArchiveLimits): number | null {
  if (figuresMs.size === 0 || recordsMs === null || jobsMs === null) return null
  return Math.max(...figuresMs.values(), recordsMs, jobsMs)
}

async function dropBefore(database: Database, table: DayTable, before: number, dropped: Dropped): Promise<void> {
  const days = await database.read((session) => daysOf(session, database.schema, table))
  for (const day of days) if (day < before) await dropDay(database, table, day, dropped)
}

async function dropToSize(database: Database, { now, maxBytes }: ArchiveLimits, dropped: Dropped): Promise<void> {
  if (maxBytes === null) return
  for (const table of ['payloads', 'jobs'] as const) {
    const days = await database.read((session) => daysOf(session, database.schema, table))
    for (const day of days) {
      const { total } = await database.read((session) => readSizes(session, database.schema))
      if (total <= maxBytes) return
      if (day < dayStart(now)) await dropDay(database, table, day, dropped)
    }
  }
}

/** Payloads go with their jobs. An empty partition is not reported: nothing was deleted. */
async function dropDay(database: Database, table: DayTable, day: number, dropped: Dropped): Promise<void> {
  if (table === 'jobs') await dropDay(database, 'payloads', day, dropped)
  await database.write(async (session) => {
    await lock(session, database.schema, 'tables')
    const name = partitionOf(table, day)
    const [found] = await session.all<{ name: string | null }>('select to_regclass($1)::text as name', [name])
    if (!found?.name) return
    await session.run(`set local lock_timeout = ${LOCK_MS}`)
    const [row] = await session.all(`select 1 from ${name} limit 1`)
    await session.run(`drop table ${name}`)
    if (row) dropped[table].push(day)
  })
}
