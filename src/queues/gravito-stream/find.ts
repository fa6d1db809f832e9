import type { JobState } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { notPossible } from '../shared/conditions.js'
import { type Entry, exactIdOf, ownIdOf } from './entry.js'
import type { Layout } from './layout.js'
import { type Place, pagesOf, placesOf, sizesOf } from './lists.js'

export const STATES = ['waiting', 'delayed', 'failed'] as const satisfies readonly JobState[]

/** Most entries of a key to search for ids; a list has no lookup by id. */
export const MAX_LOOKED = 50_000
/** Most repetitions of a search during which entries were removed. */
const MAX_TURNS = 3

/** By own ids and by exact ones; several entries may share an id. */
type Entries = Map<string, Entry[]>

interface Found {
  readonly entries: Entries
  /** Whether ids that were not found do not exist: with too many jobs, not all were searched. */
  readonly isSure: boolean
}

export const TOO_MANY = `There are too many jobs to look for one by its id: it is not among the next ${MAX_LOOKED}`

/** All entries with some ids, the next ones first. */
export function findAll(connection: Connection, places: readonly Place[], ids: readonly string[]): Promise<Found> {
  return find(connection, places, ids, false)
}

/**
 * The first entry with this id in any state. Failed jobs are searched first, because they are few.
 *
 * @throws if it was not found and there are too many jobs to search all
 */
export async function findFirst(
  connection: Connection,
  layout: Layout,
  queue: string,
  id: string,
): Promise<Entry | null> {
  const places = [...STATES].reverse().flatMap((state) => placesOf(layout, queue, state))
  const { entries, isSure } = await find(connection, places, [id], true)
  const [entry = null] = entries.get(id) ?? []
  if (!entry && !isSure) throw notPossible(TOO_MANY)
  return entry
}

async function find(
  connection: Connection,
  places: readonly Place[],
  ids: readonly string[],
  isFirstEnough: boolean,
): Promise<Found> {
  const found: Entries = new Map(ids.map((id) => [id, []]))
  let sizes = ids.length === 0 ? [] : await sizesOf(connection, places)
  for (let turn = 0; turn < MAX_TURNS && !isWhole(found); turn++) {
    await lookThrough(connection, places, sizes, found, isFirstEnough)
    const before = sizes
    sizes = isWhole(found) ? sizes : await sizesOf(connection, places)
    // Removed entries move the others towards the start, past the part already read.
    if (sizes.every((size, index) => size >= (before[index] ?? 0))) break
  }
  return { entries: found, isSure: isWhole(found) || sizes.every((size) => size <= MAX_LOOKED) }
}

async function lookThrough(
  connection: Connection,
  places: readonly Place[],
  sizes: readonly number[],
  found: Entries,
  isFirstEnough: boolean,
): Promise<void> {
  for (const [index, place] of places.entries())
    for await (const entries of pagesOf(connection, place, Math.min(sizes[index] ?? 0, MAX_LOOKED))) {
      for (const entry of entries) note(found, entry)
      if (isFirstEnough && isWhole(found)) return
    }
}

function isWhole(found: Entries): boolean {
  return [...found.values()].every((entries) => entries.length > 0)
}

function note(found: Entries, entry: Entry): void {
  const id = ownIdOf(entry)
  if (id !== null) found.get(id)?.push(entry)
  found.get(exactIdOf(entry))?.push(entry)
}
