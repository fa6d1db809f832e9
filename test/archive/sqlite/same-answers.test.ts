import { sqliteDriver } from '../../../src/archive/sqlite/driver.js'
import { archiveDir } from '../../support/archive-files.js'
import { sameAnswers } from '../same-answers.js'

sameAnswers('SQLite', async () => {
  const driver = sqliteDriver({ dir: archiveDir() })
  await driver.open()
  return { driver, end: async () => {} }
})
