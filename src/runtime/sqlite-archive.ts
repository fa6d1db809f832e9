import { resolve } from 'node:path'
import { clusterDir } from '../archive/shared/cluster-place.js'
import { checkOptions } from '../lib/options.js'
import type { Archive } from '../ports/index.js'
import { archiveThread } from './archive-thread.js'
import { peopleThread, withPeople } from './with-people.js'

export interface SqliteArchiveOptions {
  /** Directory of the archive's files, which is created. On a disk of this machine. @default './quasar-data' */
  dir?: string | undefined
}

const CHECKS = {
  dir: { takes: 'the path of a directory', accepts: (value: unknown) => typeof value === 'string' && value !== '' },
}

/**
 * An archive in SQLite files, for one Zenith. It works on a thread, and needs Node 22.16, Bun, or the package `libsql`.
 *
 * @throws QuasarError `invalid_option`
 * @example createZenith({ archive: sqliteArchive({ dir: '/var/lib/quasar' }) })
 */
export function sqliteArchive(options: SqliteArchiveOptions = {}): Archive {
  const { dir = './quasar-data' } = checkOptions('sqliteArchive', options, CHECKS, 'sqliteArchive')
  const place = resolve(dir)
  return {
    ...withPeople(archiveIn(place), () => peopleThread(place)),
    cluster: (id) => archiveIn(clusterDir(place, id)),
  }
}

function archiveIn(place: string): Archive {
  return archiveThread(place, { driver: 'sqlite', options: { dir: place } })
}
