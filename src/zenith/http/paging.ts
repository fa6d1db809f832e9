import type { Listing } from '../../api/part.js'
import { MAX_LIST_BYTES } from '../../protocol/read-limits.js'
import { wholeParameter } from './query.js'
import { withinBytes } from './within-bytes.js'

/** Most items per page. */
const MAX_LIMIT = 1_000

/** The parameters of a paged list. */
export function pagingParameters(limit = 100) {
  return {
    limit: wholeParameter(1, MAX_LIMIT, limit, 'Maximum number of items; a response has at most 2 MB of items.'),
    offset: wholeParameter(
      0,
      999_999_999,
      0,
      'Number of items to skip; for the next page, the number of items in all previous pages.',
    ),
  }
}

export function pageOf<T extends object>(
  list: readonly T[],
  { limit, offset }: { limit: number; offset: number },
): Listing<T> {
  return { total: list.length, items: partOf(list.slice(offset, offset + limit)) }
}

/** The first items that fit into a response, and at least one, so that a client that requests the following pages reaches the end. */
export function partOf<T extends object>(items: readonly T[]): readonly T[] {
  const part = withinBytes(items, MAX_LIST_BYTES)
  return part.length > 0 ? part : items.slice(0, 1)
}
