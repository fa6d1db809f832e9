// The same question as a search for a term, put to the payloads of the newest day as a table of texts.
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'

const require = createRequire(import.meta.url)

export function searchByLike(dir, text) {
  const files = readdirSync(join(dir, 'jobs'))
    .filter((name) => name.endsWith('.text.db'))
    .sort()
  const database = open(':memory:')
  database.exec('CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT)')
  const source = open(join(dir, 'jobs', files.at(-1)))
  const insert = database.prepare('INSERT INTO texts VALUES (?, ?)')
  database.exec('BEGIN')
  for (const { body } of source.prepare('SELECT body FROM blocks').iterate())
    for (const [id, , payload] of JSON.parse(inflateRawSync(new Uint8Array(body)).toString())) insert.run([id, payload])
  database.exec('COMMIT')
  source.close()
  const select = database.prepare('SELECT count(*) AS count FROM texts WHERE text LIKE ?')
  const from = performance.now()
  const { count } = select.get([`%${text}%`])
  const ms = performance.now() - from
  database.close()
  return [['LIKE over the texts of the newest day', ms, ms, count]]
}

/** libsql takes values as an array; node:sqlite is given the same face. */
function open(file) {
  try {
    const { DatabaseSync } = require('node:sqlite')
    const database = new DatabaseSync(file)
    const prepare = (sql) => {
      const statement = database.prepare(sql)
      return {
        run: (values) => statement.run(...values),
        get: (values) => statement.get(...values),
        iterate: () => statement.iterate(),
      }
    }
    return { exec: (sql) => database.exec(sql), close: () => database.close(), prepare }
  } catch {
    const database = new (require('libsql'))(file)
    return { exec: (sql) => database.exec(sql), close: () => database.close(), prepare: (sql) => database.prepare(sql) }
  }
}
