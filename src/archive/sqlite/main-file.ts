import type {
  ArchiveBatch,
  ArchivedRecord,
  ArchivedRecordKind,
  ArchiveGap,
  ArchivePage,
  FigureBucket,
  FigureKind,
  FigureQuery,
  IndexedJob,
  RecordQuery,
} from '../../ports/index.js'
import type { Binding, SqlValue } from '../../sql/sqlite/binding.js'
import { Database } from '../../sql/sqlite/database.js'
import { checkLimit } from '../shared/checks.js'
import { markOf, readMark } from '../shared/marks.js'
import { storableText } from '../shared/texts.js'
import { MAIN_SCHEMA, NAME, VERSION } from './schema.js'

/** Rows that one statement deletes: others can be served in between. */
const CHUNK = 2_000

/** `archive.db`: cursors, figures, records and gaps. */
export class MainFile {
  readonly db: Database

  constructor(binding: Binding, file: string) {
    this.db = new Database(binding, file)
    try {
      this.db.ensure('main', MAIN_SCHEMA, VERSION, NAME)
    } catch (error) {
      this.db.close()
      throw error
    }
  }

  cursor(stream: string): string | null {
    return this.db.get<{ at: string }>('SELECT at FROM cursors WHERE stream = ?', [storableText(stream)])?.at ?? null
  }

  /** Whether a stream is where the reader of a batch expected it. */
  isExpected({ cursor }: ArchiveBatch<unknown>): boolean {
    return this.cursor(cursor.stream) === storable(cursor.expected)
  }

  /** Everything of a batch but its jobs, with the cursor. @returns false when the cursor is not the expected one */
  write(batch: ArchiveBatch<IndexedJob>): boolean {
    return this.db.transaction(() => {
      if (!this.isExpected(batch)) return false
      for (const bucket of batch.figures ?? []) this.#writeFigures(bucket)
      for (const record of batch.records ?? []) this.#writeRecord(record)
      for (const { stream, from, to, lost } of batch.gaps ?? [])
        this.db.run('INSERT INTO gaps (stream, start, end, lost) VALUES (?, ?, ?, ?)', [
          storableText(stream),
          from,
          to,
          lost,
        ])
      this.db.run('INSERT OR REPLACE INTO cursors (stream, at) VALUES (?, ?)', [
        storableText(batch.cursor.stream),
        storableText(batch.cursor.next),
      ])
      return true
    })
  }

  #writeFigures({ kind, scope, step, from, body }: FigureBucket): void {
    this.db.run(
      `INSERT INTO figures (kind, scope, step, start, body) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET body = excluded.body`,
      [kind, storableText(scope), step, from, body],
    )
  }

  #writeRecord({ kind, id, at, service, name, body }: ArchivedRecord): void {
    this.db.run('INSERT OR IGNORE INTO records (kind, id, at, service, name, body) VALUES (?, ?, ?, ?, ?, ?)', [
      kind,
      storableText(id),
      at,
      storable(service),
      storable(name),
      storableText(body),
    ])
  }

  figures({ kind, scope, step, from, to }: FigureQuery): readonly FigureBucket[] {
    const rows = this.db.all<{ start: number; body: Uint8Array }>(
      `SELECT start, body FROM figures WHERE kind = ? AND scope = ? AND step = ? AND start >= ? AND start < ? ORDER BY start`,
      [kind, storableText(scope), step, from, to],
    )
    return rows.map(({ start, body }) => ({ kind, scope: storableText(scope), step, from: start, body }))
  }

  scopes({ kind, from, to }: { kind: FigureKind; from: number; to: number }): readonly string[] {
    const sql = 'SELECT DISTINCT scope FROM figures WHERE kind = ? AND start >= ? AND start < ? ORDER BY scope'
    return this.db.all<{ scope: string }>(sql, [kind, from, to]).map(({ scope }) => scope)
  }

  records({ kind, from, to, services, name, order, limit, after }: RecordQuery): ArchivePage<ArchivedRecord> {
    checkLimit(limit)
    const mark = readMark(after, ['number', 'string'])
    const values: SqlValue[] = [kind, from, to]
    const [way, beyond] = order === 'oldest' ? ['ASC', '>'] : ['DESC', '<']
    let sql = 'SELECT id, at, service, name, body FROM records WHERE kind = ? AND at >= ? AND at < ?'
    if (services) {
      sql += ' AND service IN (SELECT value FROM json_each(?))'
      values.push(JSON.stringify(services.map(storableText)))
    }
    if (name !== undefined) {
      sql += ' AND name = ?'
      values.push(storableText(name))
    }
    if (mark) {
      sql += ` AND (at, id) ${beyond} (?, ?)`
      values.push(...mark)
    }
    const rows = this.db.all<RecordRow>(`${sql} ORDER BY at ${way}, id ${way} LIMIT ?`, [...values, limit + 1])
    const items = rows.slice(0, limit).map((row) => recordOf(kind, row))
    const last = items.at(-1)
    return { items, next: last && rows.length > limit ? markOf([last.at, last.id]) : null }
  }

  gaps({ from, to }: { from: number; to: number }): readonly ArchiveGap[] {
    const sql = 'SELECT stream, start, end, lost FROM gaps WHERE start < ? AND end > ? ORDER BY start, stream'
    return this.db
      .all<{ stream: string; start: number; end: number; lost: number | null }>(sql, [to, from])
      .map(({ stream, start, end, lost }) => ({ stream, from: start, to: end, lost }))
  }

  /** Deletes a bounded number of rows. @returns how many; fewer than that many are the last ones */
  deleteSome(table: 'figures' | 'records' | 'gaps', where: string, values: readonly SqlValue[]): number {
    return this.db.run(
      `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${where} LIMIT ${CHUNK})`,
      values,
    )
  }
}

interface RecordRow {
  readonly id: string
  readonly at: number
  readonly service: string | null
  readonly name: string | null
  readonly body: string
}

function recordOf(kind: ArchivedRecordKind, { id, at, service, name, body }: RecordRow): ArchivedRecord {
  return { kind, id, at, service, name, body }
}

function storable(text: string | null): string | null {
  return text === null ? null : storableText(text)
}
