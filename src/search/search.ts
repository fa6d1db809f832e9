import type { ArchivedJobFilter, JobCondition } from '../ports/archive.js'

/** What a search asks for. Without conditions and times: everything. */
export interface Search {
  /** Each once. */
  readonly conditions: readonly JobCondition[]
  /** Attempts that finished in [from, to), Unix ms; null where the search names no time. */
  readonly from: number | null
  readonly to: number | null
}

/** The last moment of a calendar, Unix ms. */
const END = 8.64e15

/** The attempts that a search asks for. */
export function filterOfSearch({ conditions, from, to }: Search): ArchivedJobFilter {
  return { conditions, from: from ?? 0, to: to ?? END }
}

/** Why a search can't be read: a message for its user, and the part of the text that it is about. */
export interface SearchProblem {
  readonly message: string
  readonly from: number
  readonly to: number
}

/** Either a search, or at least one problem. */
export type ParsedSearch =
  | { readonly search: Search; readonly problems: null }
  | { readonly search: null; readonly problems: readonly SearchProblem[] }
