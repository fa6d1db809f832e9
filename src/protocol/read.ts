import { MAX_FIGURE, MAX_META_BYTES, MAX_META_DEPTH, MAX_RECORD_CHARS, MAX_TIME } from './limits.js'

/** A JSON object with unchecked fields. */
export type Fields = Readonly<Record<string, unknown>>

/** Parses JSON text of an object. Null for anything else, and for a text longer than a record may be. */
export function readObject(text: unknown, maxChars: number = MAX_RECORD_CHARS): Fields | null {
  if (typeof text !== 'string' || text.length > maxChars) return null
  try {
    return fieldsOf(JSON.parse(text))
  } catch {
    return null
  }
}

/** The value as an object's fields; null if it is not an object. */
export function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null
}

/** One field of an object as an object; empty if missing. */
export function within(fields: Fields, key: string): Fields {
  return fieldsOf(own(fields, key)) ?? {}
}

/** Reads own properties only, so that `constructor` and `__proto__` in foreign JSON have no effect. */
export function own(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined
}

/** A valid number, or a text with one (stream fields are texts); otherwise null. */
export function readNumber(fields: Fields, key: string): number | null {
  const value = own(fields, key)
  if (typeof value === 'number') return figureOf(value)
  return typeof value !== 'string' || value.trim() === '' ? null : figureOf(Number(value))
}

/** Replaces -0, which JSON can't express. */
function figureOf(number: number): number | null {
  return Math.abs(number) <= MAX_FIGURE ? number + 0 : null
}

/** A number of at least 0 (a size, a count, a duration); otherwise null. */
export function readAmount(fields: Fields, key: string): number | null {
  const number = readNumber(fields, key)
  return number !== null && number >= 0 ? number : null
}

/** An amount of at most 100: a higher one is 100. */
export function readPercent(fields: Fields, key: string): number | null {
  return upTo(100, readAmount(fields, key))
}

export function upTo(max: number, value: number | null): number | null {
  return value === null ? null : Math.min(max, value)
}

/** A whole number of at least 0; otherwise null. */
export function readCount(fields: Fields, key: string): number | null {
  const number = readAmount(fields, key)
  return Number.isSafeInteger(number) ? number : null
}

/** A valid time of a calendar, Unix ms; otherwise null. */
export function readTime(fields: Fields, key: string): number | null {
  const time = readAmount(fields, key)
  return time !== null && time <= MAX_TIME ? time : null
}

/** `"a":1,` */
const MIN_FIELD_BYTES = 6

/** A custom object of the writer, with any content; null if it is missing, or can't be serialized again unchanged. */
export function readOwnObject(fields: Fields, key: string): Fields | null {
  const value = fieldsOf(own(fields, key))
  if (!value || hasMoreThan(value, MAX_META_BYTES)) return null
  return isPlain(value, MAX_META_DEPTH) && JSON.stringify(value).length <= MAX_META_BYTES ? value : null
}

/** Whether it has more fields than an object of this size can have: known without serializing it. */
function hasMoreThan(value: Fields, bytes: number): boolean {
  let left = bytes / MIN_FIELD_BYTES
  for (const _ in value) if (--left < 0) return true
  return false
}

/** Not too deep, and without `1e400`, which is parsed as Infinity. */
function isPlain(value: unknown, levels: number): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((entry) => isPlain(entry, levels - 1))
}

/** A non-empty text, cut at a length; otherwise null. */
export function readText(fields: Fields, key: string, maxChars: number): string | null {
  const value = own(fields, key)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null
  if (typeof value !== 'string' || value === '') return null
  return cut(value, maxChars)
}

/** The objects among an array's first entries; empty if it is not an array. */
export function readList(fields: Fields, key: string, max: number): Fields[] {
  const value = own(fields, key)
  if (!Array.isArray(value)) return []
  return value
    .slice(0, max)
    .map(fieldsOf)
    .filter((entry) => entry !== null)
}

/** Cuts a text at a number of characters and marks the cut with `…`; never splits a character. */
export function cut(text: string, maxChars: number): string {
  return text.length <= maxChars
    ? text
    : `${text
        .slice(0, maxChars - 1)
        .toWellFormed()
        .replace(/\uFFFD$/, '')}…`
}
