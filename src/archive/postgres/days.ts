import type { Database, Session } from '../../sql/postgres/database.js'
import { lock } from '../../sql/postgres/tables.js'
import { DAY_MS, dayName, dayStart } from '../shared/days.js'

/** The two tables that have a partition a day. */
export type DayTable = 'jobs' | 'payloads'

/** The partition of a day: `jobs_20261130`. */
export function partitionOf(table: DayTable, day: number): string {
  return `${table}_${dayName(day).replaceAll('-', '')}`
}

/** The days that a table has a partition of, ascending, as their starts. */
export async function daysOf(session: Session, schema: string, table: DayTable): Promise<number[]> {
  const rows = await session.all<{ name: string }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = $1::regclass order by 1`,
    [`"${schema}".${table}`],
  )
  return rows.map(({ name }) => startOfPartition(name)).filter((day) => !Number.isNaN(day))
}

function startOfPartition(name: string): number {
  const [, year, month, day] = /_(\d{4})(\d\d)(\d\d)$/.exec(name) ?? []
  return Date.UTC(Number(year), Number(month) - 1, Number(day))
}

/** Makes the partitions of days before something is written to them, each once, even if another Zenith makes it, too. */
export class DayPartitions {
  private readonly known = new Set<string>()

  constructor(private readonly database: Database) {}

  /** @param ahead whether the day after the last is made, too: no write waits for it at midnight then */
  async ensure(table: DayTable, times: readonly number[], ahead = true): Promise<void> {
    const wanted = new Set(times.map(dayStart))
    if (ahead && wanted.size > 0) wanted.add(Math.max(...wanted) + DAY_MS)
    const missing = [...wanted].filter((day) => !this.known.has(partitionOf(table, day))).sort((a, b) => a - b)
    if (missing.length === 0) return
    const { schema } = this.database
    await this.database.write(async (session) => {
      await lock(session, schema, 'tables')
      const present = new Set(await daysOf(session, schema, table))
      for (const day of missing) if (!present.has(day)) await create(session, table, day)
    })
    for (const day of missing) this.known.add(partitionOf(table, day))
  }

  /** Another Zenith may have dropped some. */
  forgetKnown(): void {
    this.known.clear()
  }
}

/** Attaching lets others read and write meanwhile; creating it as a partition would not. */
async function create(session: Session, table: DayTable, day: number): Promise<void> {
  const name = partitionOf(table, day)
  await session.run(`create table ${name} (like ${table} including defaults including storage)`)
  for (const column of table === 'jobs' ? ['id', 'error'] : ['body', 'terms'])
    await session.run(`alter table ${name} alter column ${column} set statistics 0`)
  await session.run(`alter table ${table} attach partition ${name} for values from (${day}) to (${day + DAY_MS})`)
}
