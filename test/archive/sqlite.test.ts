import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteDriver } from '../../src/archive/sqlite/driver.js'
import { archiveConformance } from './conformance.js'

archiveConformance('SQLite', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'quasar-sqlite-'))
  const driver = sqliteDriver({ dir })
  await driver.open()
  return {
    driver,
    again: () => sqliteDriver({ dir }),
    holds: async (bytes) =>
      readdirSync(dir, { recursive: true, withFileTypes: true }).some(
        (entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(bytes),
      ),
    end: async () => rmSync(dir, { recursive: true, force: true }),
  }
})
