import { ApiError } from '../http/api-error.js'

/** A place in the order of lines: by time, and of the same time by the id of their record, newest first. */
export interface Place {
  readonly at: number
  readonly id: string
}

/**
 * Where a page ended, and the next one begins: after a line of the store's trail, after a place in the order of archive and trail
 * together, or where reading the archive stopped.
 */
export type PageEnd =
  | { readonly kind: 'trail'; readonly id: string }
  | { readonly kind: 'place'; readonly place: Place }
  | { readonly kind: 'archive'; readonly mark: string }

export function markOf(end: PageEnd): string {
  if (end.kind === 'trail') return `trail/${end.id}`
  return end.kind === 'archive' ? `archive/${end.mark}` : `place/${end.place.at}/${end.place.id}`
}

/** @returns null for the first page @throws ApiError if it is no mark of a page */
export function readMark(mark: string | null): PageEnd | null {
  if (mark === null) return null
  const [, kind, rest = ''] = /^(trail|archive|place)\/(.+)$/.exec(mark) ?? []
  const end = READERS[kind as PageEnd['kind']]?.(rest)
  if (!end) throw new ApiError('bad_query', '`after` takes `next` of the previous page.')
  return end
}

const READERS: Readonly<Record<PageEnd['kind'], (text: string) => PageEnd | null>> = {
  trail: (id) => (/^\d{1,20}(-\d{1,20})?$/.test(id) ? { kind: 'trail', id } : null),
  archive: (mark) => ({ kind: 'archive', mark }),
  place(text) {
    const [, at, id] = /^(\d{1,16}(?:\.\d{1,20})?)\/([0-9a-f-]{32,80})$/.exec(text) ?? []
    return at === undefined || id === undefined ? null : { kind: 'place', place: { at: Number(at), id } }
  },
}

/** Newest first. */
export function comparePlaces(a: Place, b: Place): number {
  return b.at - a.at || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)
}
