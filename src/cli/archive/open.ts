import { DEFAULT_CLUSTER } from '../../api/permissions.js'
import { postgresDriver } from '../../archive/postgres/index.js'
import { clusterDir, clusterSchema } from '../../archive/shared/cluster-place.js'
import { sqliteDriver } from '../../archive/sqlite/driver.js'
import { ARCHIVE_IN_USE } from '../../archive/sqlite/lock.js'
import type { ArchiveDriver } from '../../ports/index.js'
import { DEFAULT_SCHEMA } from '../../sql/postgres/options.js'
import { type ARCHIVE_PLACE_OPTIONS, type ArchivePlace, DEFAULT_ARCHIVE } from '../arguments/archive.js'
import { Problem, wrongUse } from '../arguments/command.js'
import type { Parsed } from '../arguments/options.js'

/** @throws Problem for `--archive none` */
export function placeOf({ archive, cluster }: Parsed<typeof ARCHIVE_PLACE_OPTIONS>['values']): ArchivePlace {
  if (archive === null) throw wrongUse('--archive none names no archive.')
  const place = archive ?? { kind: 'sqlite', dir: DEFAULT_ARCHIVE }
  if (cluster === undefined || cluster === DEFAULT_CLUSTER) return place
  if (place.kind === 'sqlite') return { ...place, dir: clusterDir(place.dir, cluster) }
  return { ...place, schema: clusterSchema(DEFAULT_SCHEMA, cluster) }
}

/** Works with an archive, also while a Zenith has it, and closes it. @throws Problem when it can't be opened */
export async function reading<T>(place: ArchivePlace, work: (archive: ArchiveDriver) => Promise<T>): Promise<T> {
  return using(driverOf(place, true), work)
}

/** Like {@link reading}, but the archive may be changed: an SQLite archive must not be open in a Zenith. */
export async function changing<T>(place: ArchivePlace, work: (archive: ArchiveDriver) => Promise<T>): Promise<T> {
  // Opening it to be changed would create it.
  await reading(place, async () => {})
  return using(driverOf(place, false), work)
}

function driverOf(place: ArchivePlace, isReadOnly: boolean): ArchiveDriver {
  return place.kind === 'sqlite'
    ? sqliteDriver({ dir: place.dir, isReadOnly })
    : postgresDriver({ url: place.url, ...(place.schema && { schema: place.schema }), isReadOnly })
}

async function using<T>(archive: ArchiveDriver, work: (archive: ArchiveDriver) => Promise<T>): Promise<T> {
  try {
    await archive.open()
    return await work(archive)
  } catch (error) {
    throw new Problem(messageOf(error), 1)
  } finally {
    await archive.close()
  }
}

function messageOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException
  if (code !== ARCHIVE_IN_USE) return message
  const [who] = message.split('. ', 1)
  return `${who}. Stop that Zenith first, or have it do this: POST /api/archive/forget.`
}
