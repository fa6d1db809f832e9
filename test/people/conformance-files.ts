import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { PeopleStore } from '../../src/ports/people.js'
import { loadBinding } from '../../src/sql/sqlite/binding.js'
import { archiveDir } from '../support/archive-files.js'
import type { PeopleUnderTest } from './conformance.js'

/** Users in a file for the conformance suite. */
export async function peopleOfFiles(make: (dir: string) => PeopleStore): Promise<PeopleUnderTest> {
  const dir = archiveDir()
  return {
    store: make(dir),
    again: () => make(dir),
    async age() {
      const database = (await loadBinding('The test')).open(join(dir, 'people.db'))
      database.exec('PRAGMA user_version = 99')
      database.close()
    },
    end: async () => rmSync(dir, { recursive: true, force: true }),
  }
}
