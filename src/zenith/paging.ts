import type { Listing } from '../protocol/index.js'
import { wholeParameter } from './query.js'

/** How many items are given at once. */
const MAX_LIMIT = 1_000

/** The parameters of a list that is given in parts. */
export function pagingParameters(limit = 100) {
  return {
    limit: wholeParameter(1, MAX_LIMIT, limit, 'How many items.'),
    offset: wholeParameter(0, 999_999_999, 0, 'How many items to leave out at the beginning.'),
  }
}

export function pageOf<T>(list: readonly T[], { limit, offset }: { limit: number; offset: number }): Listing<T> {
  return { total: list.length, items: list.slice(offset, offset + limit) }
}
