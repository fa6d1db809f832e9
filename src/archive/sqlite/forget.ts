import { nextTurn } from '../../lib/async.js'
import type { ArchivedJobFilter } from '../../ports/index.js'
import type { Day } from './day.js'
import type { Days } from './days.js'
import type { MainFile } from './main-file.js'
import { Walk } from './read-jobs.js'
import { TEXT } from './schema.js'
import { HOUR_MS } from './write-jobs.js'

/** Attempts that are noted as to be deleted at once. */
const CHUNK = 50_000

/**
 * Deletes attempts so that no byte of them stays. They are noted by their ids first: a process that ends in between could not find again
 * those whose terms are gone already.
 *
 * @returns how many
 */
export async function forget(main: MainFile, days: Days, filter: ArchivedJobFilter): Promise<number> {
  let forgotten = 0
  for (;;) {
    const found = new Map<string, number[]>()
    const walk = new Walk(days, filter, Number.POSITIVE_INFINITY)
    for await (const rows of walk.from(null, CHUNK, (day, row) => ({ day: day.name, id: row.id })))
      for (const { day, id } of rows) {
        const ids = found.get(day)
        if (ids) ids.push(id)
        else found.set(day, [id])
      }
    main.db.transaction(() => {
      for (const [day, ids] of found)
        main.db.run('INSERT INTO forgets (day, ids) VALUES (?, ?)', [day, JSON.stringify(ids)])
    })
    const count = [...found.values()].reduce((sum, ids) => sum + ids.length, 0)
    await forgetNoted(main, days)
    forgotten += count
    if (count < CHUNK) return forgotten
  }
}

/** Deletes what was noted, also by a process that ended before it was done. */
export async function forgetNoted(main: MainFile, days: Days): Promise<void> {
  const noted = main.db.all<{ day: string; ids: string }>('SELECT day, ids FROM forgets ORDER BY day')
  for (const name of new Set(noted.map(({ day }) => day))) {
    const ids = noted.flatMap((one) => (one.day === name ? (JSON.parse(one.ids) as number[]) : []))
    if (days.has(name)) days.write(name, (day) => forgetIn(day, ids))
    // What its files held is in no cache and no log any more.
    days.drop(name)
    main.db.run('DELETE FROM forgets WHERE day = ?', [name])
    await nextTurn()
  }
}

function forgetIn(day: Day, ids: readonly number[]): void {
  if (day.readText()) {
    day.writeText()
    const list = JSON.stringify(ids)
    day.removeTexts(
      day.db.all<{ id: number; block: number }>(
        `SELECT id, block FROM ${TEXT}.payloads WHERE id IN (SELECT value FROM json_each(?))`,
        [list],
      ),
    )
    // The index marks what is deleted; merging it into one leaves that out.
    day.db.exec(`INSERT INTO ${TEXT}.terms(terms) VALUES ('optimize')`)
    wipe(day, TEXT)
  }
  day.db.transaction(() => {
    for (const id of ids) day.db.run('DELETE FROM jobs WHERE id = ?', [id])
    day.db.exec(`DELETE FROM tally;
      INSERT INTO tally (hour, queue, queue_name, service, count)
        SELECT CAST(finished / ${HOUR_MS} AS INTEGER), queue, queue_name, coalesce(service, 0), count(*) FROM jobs GROUP BY 1, 2, 3, 4;
      DELETE FROM labels WHERE id NOT IN (SELECT queue FROM jobs UNION SELECT queue_name FROM jobs UNION SELECT name FROM jobs
        UNION SELECT service FROM jobs WHERE service IS NOT NULL UNION SELECT node FROM jobs WHERE node IS NOT NULL)`)
  })
  wipe(day, 'main')
}

/** Rewrites the file without what was deleted, and empties its log. */
function wipe(day: Day, schema: string): void {
  day.forgetCaches()
  day.db.exec(`VACUUM ${schema}`)
  day.db.checkpoint(schema)
}
