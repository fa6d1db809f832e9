import type { IndexedJob } from '../../ports/archive.js'
import type { Database } from '../../sql/postgres/database.js'
import { dayStart } from '../shared/days.js'
import { partitionOf } from './days.js'

/** First after this number of rows of a day, and then each time their number has doubled. */
const FIRST_ROWS = 1000

/**
 * Has PostgreSQL look at a day's partitions while they grow. Autovacuum does so minutes later; until then the planner takes a day for
 * empty, and the status counts its rows one by one.
 */
export class Analyzer {
  private readonly days = new Map<number, { rows: number; next: number }>()

  constructor(private readonly database: Database) {}

  /** After the jobs were written. Never rejects: a day without statistics answers, only more slowly. */
  async count(jobs: readonly IndexedJob[]): Promise<void> {
    for (const { finishedAt } of jobs) {
      const day = dayStart(finishedAt)
      const known = this.days.get(day) ?? { rows: 0, next: FIRST_ROWS }
      known.rows++
      this.days.set(day, known)
    }
    for (const [day, known] of this.days) {
      if (known.rows < known.next) continue
      known.next = known.rows * 2
      await this.analyze(day).catch(() => {})
    }
    this.trim()
  }

  private async analyze(day: number): Promise<void> {
    for (const table of ['jobs', 'payloads'] as const)
      await this.database.maintain(`analyze "${this.database.schema}".${partitionOf(table, day)}`).catch(() => {})
  }

  /** Days that are over grow no more. */
  private trim(): void {
    for (const day of this.days.keys()) if (this.days.size > 8) this.days.delete(day)
  }
}
