import type { JobState } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { type Entry, exactIdOf, ownIdOf } from './entry.js'
import type { Layout } from './layout.js'
import { type Place, pagesOf, placesOf, sizesOf } from './lists.js'

export const STATES = ['waiting', 'delayed', 'failed'] as const satisfies readonly JobState[]

/** How many entries of a place are looked at for some ids; lists cannot be asked for one. */
export const MAX_LOOKED = 50_000
/** How often they are looked through, when some were taken away meanwhile. */
const MAX_TURNS = 3

/** By own ids and by exact ones; those with one id may be several. */
type Found = Map<string, Entry[]>

/**
 * All entries of some ids, the next ones first.
 *
 * @throws when there are too many jobs to look at, and not all were found
 */
export function findAll(connection: Connection, places: readonly Place[], ids: readonly string[]): Promise<Found> {
  return find(connection, places, ids, false)
}

/** The first of this id, wherever it is; what failed is looked at first, because it is few. */
export async function findFirst(
  connection: Connection,
  layout: Layout,
  queue: string,
  id: string,
): Promise<Entry | null> {
  const places = [...STATES].reverse().flatMap((state) => placesOf(layout, queue, state))
  return (await find(connection, places, [id], true)).get(id)?.[0] ?? null
}

async function find(
  connection: Connection,
  places: readonly Place[],
  ids: readonly string[],
  isFirstEnough: boolean,
): Promise<Found> {
  const found: Found = new Map(ids.map((id) => [id, []]))
  let sizes = ids.length === 0 ? [] : await sizesOf(connection, places)
  for (let turn = 0; turn < MAX_TURNS && !isWhole(found); turn++) {
    await lookThrough(connection, places, sizes, found, isFirstEnough)
    const before = sizes
    sizes = isWhole(found) ? sizes : await sizesOf(connection, places)
    // What others take away moves the rest towards the beginning, past what was read.
    if (sizes.every((size, index) => size >= (before[index] ?? 0))) break
  }
  if (isWhole(found) || sizes.every((size) => size <= MAX_LOOKED)) return found
  throw new Error(`There are too many jobs to look for one by its id: it is not among the next ${MAX_LOOKED}`)
}

async function lookThrough(
  connection: Connection,
  places: readonly Place[],
  sizes: readonly number[],
  found: Found,
  isFirstEnough: boolean,
): Promise<void> {
  for (const [index, place] of places.entries())
    for await (const entries of pagesOf(connection, place, Math.min(sizes[index] ?? 0, MAX_LOOKED))) {
      for (const entry of entries) note(found, entry)
      if (isFirstEnough && isWhole(found)) return
    }
}

function isWhole(found: Found): boolean {
  return [...found.values()].every((entries) => entries.length > 0)
}

function note(found: Found, entry: Entry): void {
  const id = ownIdOf(entry)
  if (id !== null) found.get(id)?.push(entry)
  found.get(exactIdOf(entry))?.push(entry)
}
