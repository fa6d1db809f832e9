import { sqlitePeople } from '../../../src/people/sqlite/store.js'
import { peopleConformance } from '../conformance.js'
import { peopleOfFiles } from '../conformance-files.js'

peopleConformance('SQLite', () => peopleOfFiles((dir) => sqlitePeople({ dir })))
