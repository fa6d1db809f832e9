import { sqliteDriver } from '../../../src/archive/sqlite/driver.js'
import { archiveConformance } from '../conformance.js'
import { archiveOfFiles } from '../conformance-files.js'

archiveConformance('SQLite', () => archiveOfFiles((dir) => sqliteDriver({ dir })))
