import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { postgresDriver } from '../../src/archive/postgres/index.js'
import { sqliteDriver } from '../../src/archive/sqlite/driver.js'
import { startPostgres } from '../support/postgres.js'
import { sameAnswers } from './same-answers.js'

sameAnswers('PostgreSQL', async () => {
  const server = await startPostgres()
  const driver = postgresDriver({ url: server.url })
  await driver.open()
  return { driver, end: () => server.stop() }
})

sameAnswers('SQLite', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'quasar-same-answers-'))
  const driver = sqliteDriver({ dir })
  await driver.open()
  return { driver, end: async () => rmSync(dir, { recursive: true, force: true }) }
})
