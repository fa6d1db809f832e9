import { quoteAt } from './quotes.js'
import { isField } from './roles.js'
import { type Sign, skipSpaces } from './signs.js'
import type { Source } from './source.js'
import type { Secret } from './spans.js'
import { valueAt } from './values.js'

const MAX_NAME = 100
/** The types of PHP's format. */
const TYPE = /[siadObN]/

/** The value after a name in a list: `['password', 'x']`, and PHP's `s:8:"password";s:1:"x";`. */
export function listedAt(source: Source, name: string, sign: Sign): Secret | null {
  if (sign.mark === ';') return TYPE.test(source.text[sign.to] ?? '') ? serializedAt(source, sign.to) : null
  const isOpened = source.code(sign.to) === 91
  if (!isOpened && !isQuoted(source, sign.to)) return null
  const value = valueAt(source, sign.to, false, name)
  if (!value || value.to <= value.from) return null
  // `"path":"password","kind":"x"`: the next name follows, not a value.
  if (!isOpened && source.code(skipSpaces(source, value.next)) === 58) return null
  const isName = value.to - value.from < MAX_NAME && isField(source.text.slice(value.from, value.to))
  return isName ? null : value
}

/** Also Python's `b'x'` and `u'x'`. */
function isQuoted(source: Source, at: number): boolean {
  return quoteAt(source, at) !== null || /[bu]['"]/.test(source.text.slice(at, at + 2))
}

function serializedAt(source: Source, at: number): Secret | null {
  const head = /^s:(\d{1,9}):(\\{0,7})"/.exec(source.text.slice(at, at + 24))
  if (head) return serializedTextAt(source, at + head[0].length, Number(head[1]), `${head[2]}"`)
  const number = /^[idb]:[\d.eE+-]{1,40}/.exec(source.text.slice(at, at + 44))
  if (number) return { from: at + 2, to: at + number[0].length }
  const list = /^[aO]:(?:\d{1,9}:(?:"[^"]{0,100}":\d{1,9}:)?)\{/.exec(source.text.slice(at, at + 140))
  return list && valueAt(source, at + list[0].length - 1, false)
}

/** PHP gives the length of a text in bytes: it has at most that many characters. */
function serializedTextAt(source: Source, from: number, bytes: number, quote: string): Secret {
  const isWhole = source.has(`${quote};`, from + bytes)
  const end = isWhole ? from + bytes : source.find(`${quote};`, from)
  return end < 0 ? { from, to: source.end } : { from, to: end, next: end + quote.length }
}
