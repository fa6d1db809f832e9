import { MAX_RECORD_CHARS } from './limits.js'

/** A JSON object of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>

/** Parses JSON text that should hold an object. Null when it does not, or when it is longer than a record may be. */
export function readObject(text: unknown, maxChars: number = MAX_RECORD_CHARS): Fields | null {
  if (typeof text !== 'string' || text.length > maxChars) return null
  try {
    return fieldsOf(JSON.parse(text))
  } catch {
    return null
  }
}

/** The value as an object's fields, or null when it is none. */
export function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null
}

/** One field of an object as an object; an empty one when it is missing. */
export function within(fields: Fields, key: string): Fields {
  return fieldsOf(own(fields, key)) ?? {}
}

/** Own properties alone, so that `constructor` and `__proto__` in foreign JSON mean nothing. */
export function own(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined
}

/** A finite number, or text that is one (stream fields are text); otherwise null. */
export function readNumber(fields: Fields, key: string): number | null {
  const value = own(fields, key)
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value !== 'string' || value.trim() === '') return null
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}

/** A number that can't be negative (a size, a count, a duration); otherwise null. */
export function readAmount(fields: Fields, key: string): number | null {
  const number = readNumber(fields, key)
  return number !== null && number >= 0 ? number : null
}

/** Text that is not empty, cut at a length; otherwise null. */
export function readText(fields: Fields, key: string, maxChars: number): string | null {
  const value = own(fields, key)
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string' || value === '') return null
  return cut(value, maxChars)
}

/** An array's entries that are objects; none when it is no array. */
export function readList(fields: Fields, key: string): Fields[] {
  const value = own(fields, key)
  if (!Array.isArray(value)) return []
  return value.map(fieldsOf).filter((entry) => entry !== null)
}

/** Cuts text at a number of characters and marks the cut with `…`; never leaves half a character. */
export function cut(text: string, maxChars: number): string {
  return text.length <= maxChars
    ? text
    : `${text
        .slice(0, maxChars - 1)
        .toWellFormed()
        .replace(/\uFFFD$/, '')}…`
}
