import type { Source } from './source.js'
import type { Span } from './spans.js'

/** Another header of a form's field besides its name, and the empty line before its value. */
const FIELD =
  /(?:;[^\r\n"\\]{0,40}(?:"[^"\r\n]{0,100}")?)?(?:\r?\n(?:[A-Za-z-]{1,40}:[^\r\n]{0,80}\r?\n){0,2}\r?\n|\\r\\n(?:[A-Za-z-]{1,40}:[^\r\n\\]{0,80}\\r\\n){0,2}\\r\\n|\\n\\n)/y
/** Beginnings of the line after a value. */
const BOUNDARIES = ['\n--', '\\n--']

/** A form's field on one line: line ends may have been replaced by blanks. */
const FLAT_FIELD = /form-data; {0,4}name=["']?$/i
const FLAT_VALUE = / {2,4}(?=[^ ;])/y

/** The value of a field of `multipart/form-data` whose name is between two positions; null without one. */
export function fieldValueAt(source: Source, start: number, end: number): Span | null {
  const { text } = source
  FIELD.lastIndex = end
  const field = FIELD.exec(text)
  if (field) return valueAt(source, end + field[0].length)
  FLAT_VALUE.lastIndex = end
  const flat = FLAT_VALUE.exec(text)
  if (!flat || !FLAT_FIELD.test(text.slice(Math.max(0, start - 30), start))) return null
  return flatValueAt(source, end + flat[0].length)
}

function valueAt(source: Source, from: number): Span {
  const ends = BOUNDARIES.map((sign) => source.find(sign, from)).filter((end) => end >= 0)
  return { from, to: Math.min(source.end, ...ends) }
}

function flatValueAt(source: Source, from: number): Span {
  const end = source.find(' ', from)
  return { from, to: end < 0 ? source.end : end }
}
