import { rmSync } from 'node:fs'
import type { ArchiveDriver } from '../../src/ports/archive.js'
import { archiveDir, filesWith } from '../support/archive-files.js'
import type { ArchiveUnderTest } from './conformance.js'

/** An archive of files for the conformance suite. */
export async function archiveOfFiles(make: (dir: string) => ArchiveDriver): Promise<ArchiveUnderTest> {
  const dir = archiveDir()
  const driver = make(dir)
  await driver.open()
  return {
    driver,
    again: () => make(dir),
    holds: async (bytes) => filesWith(dir, bytes).length > 0,
    end: async () => rmSync(dir, { recursive: true, force: true }),
  }
}
