import { arrayOf, get, isObject } from './thrown.js'

/** An error that another one holds, and how the two belong together. */
export interface Related {
  readonly label: string
  readonly error: unknown
}

const MAX_RELATED = 16
const MAX_DEPTH = 5
/** Of the inner errors of one error. */
const MAX_INNER = 8

/** The inner errors and the causes of an error, and those of these; each once, as there may be a circle. */
export function relatedTo(error: unknown): readonly Related[] {
  const found: Related[] = []
  collect(error, new Set([error]), found, 0)
  return found
}

function collect(error: unknown, seen: Set<unknown>, found: Related[], depth: number): void {
  if (!isObject(error) || depth >= MAX_DEPTH) return
  for (const related of [...innerOf(error), ...causeOf(error)]) {
    if (found.length >= MAX_RELATED) return
    if (isObject(related.error) && seen.has(related.error)) continue
    seen.add(related.error)
    found.push(related)
    collect(related.error, seen, found, depth + 1)
  }
}

function causeOf(error: object): Related[] {
  const cause = get(error, 'cause')
  if (cause !== undefined && cause !== null) return [{ label: 'Caused by: ', error: cause }]
  // An event of an error, a SuppressedError, and `{ error: { code } }` of an API.
  const { inner, suppressed } = { inner: get(error, 'error'), suppressed: get(error, 'suppressed') }
  const parts = [
    { label: 'Caused by: ', error: inner },
    { label: 'Suppressed: ', error: suppressed },
  ]
  return parts.filter((part) => isObject(part.error) && typeof part.error === 'object')
}

/** Those of an AggregateError, of a thrown array, and of a validation library. */
function innerOf(error: object): Related[] {
  const all = arrayOf(error) ?? arrayOf(get(error, 'errors')) ?? arrayOf(get(error, 'issues')) ?? []
  const count = lengthOf(all)
  return Array.from({ length: Math.min(count, MAX_INNER) }, (_, index) => ({
    label: `Error ${index + 1} of ${count}: `,
    error: get(all, String(index)),
  }))
}

function lengthOf(array: readonly unknown[]): number {
  const length = get(array, 'length')
  return typeof length === 'number' ? length : 0
}
