import type { JobState } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { notPossible } from '../shared/conditions.js'
import { type Entry, exactIdOf, ownIdOf } from './entry.js'
import type { Layout } from './layout.js'
import { type Place, pagesOf, placesOf, sizesOf } from './lists.js'

export const STATES = ['waiting', 'delayed', 'failed'] as const satisfies readonly JobState[]

/** How many entries of a place are looked at for some ids; lists cannot be asked for one. */
export const MAX_LOOKED = 50_000
/** How often they are looked through, when some were taken away meanwhile. */
const MAX_TURNS = 3

/** By own ids and by exact ones; those with one id may be several. */
type Entries = Map<string, Entry[]>

interface Found {
  readonly entries: Entries
  /** Whether those that were not found are not there: where there are too many jobs, not all were looked at. */
  readonly isSure: boolean
}

export const TOO_MANY = `There are too many jobs to look for one by its id: it is not among the next ${MAX_LOOKED}`

/** All entries of some ids, the next ones first. */
export function findAll(connection: Connection, places: readonly Place[], ids: readonly string[]): Promise<Found> {
  return find(connection, places, ids, false)
}

/**
 * The first of this id, wherever it is; what failed is looked at first, because it is few.
 *
 * @throws when there are too many jobs to look at, and it was not among those that were
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
    // What others take away moves the rest towards the beginning, past what was read.
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
