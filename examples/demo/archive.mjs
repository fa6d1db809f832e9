// Where the demo's Zenith archives: a folder that goes with it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export async function openArchive() {
  const { sqliteArchive } = await import('@gravito/quasar/archive/sqlite')
  const dir = mkdtempSync(join(tmpdir(), 'quasar-demo-archive-'))
  return {
    dir,
    archive: sqliteArchive({ dir }),
    remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }),
  }
}
