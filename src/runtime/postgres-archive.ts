import { clusterSchema } from '../archive/shared/cluster-place.js'
import { postgresPeople } from '../people/postgres/store.js'
import type { Archive } from '../ports/index.js'
import { type PostgresConnection, type PostgresDriverOptions, targetOf } from '../sql/postgres/options.js'
import { archiveThread } from './archive-thread.js'
import { withPeople } from './with-people.js'

export type { PostgresConnection }
export type PostgresArchiveOptions = Omit<PostgresDriverOptions, 'isReadOnly'>

/**
 * An archive in PostgreSQL 13 or newer, for any number of Zeniths. It works on a thread, and needs the package `pg`, and a role that may
 * create a schema or owns the one that is named.
 *
 * @throws QuasarError `invalid_option`; the message shows no value
 * @example createZenith({ archive: postgresArchive({ url: 'postgres://quasar:secret@db.internal/quasar' }) })
 */
export function postgresArchive(options: PostgresArchiveOptions): Archive {
  const { schema } = targetOf(options)
  return {
    ...withPeople(archiveIn(options), () => postgresPeople(options)),
    cluster: (id) => archiveIn({ ...options, schema: clusterSchema(schema, id) }),
  }
}

function archiveIn(options: PostgresArchiveOptions): Archive {
  return archiveThread(targetOf(options).place, { driver: 'postgres', options })
}
