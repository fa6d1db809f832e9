import { DIGIT, kindOf, LETTER, NAME_CHAR } from './chars.js'
import type { Sign } from './signs.js'
import { type Source, work } from './source.js'
import type { Secret, Span } from './spans.js'
import { wordAt } from './values.js'

/** Names in a query whose values may grant access. */
const NAMES = new Set(['code', 'key', 'ticket', 'magic'])
const MAX_NAME = 6
const MIN_VALUE = 8
/** Maximum number of characters that are read of a value. */
const MAX_LOOK = 100

/** `?code=x` of OAuth, `&key=x` of Google: secret if it looks generated, unlike `code=E42`. */
export function queryValueAt(source: Source, name: string, from: number, sign: Sign): Secret | null {
  if (sign.mark !== '=' || name.length > MAX_NAME) return null
  // A secret has a digit or a capital letter: this rules out most values.
  if (source.strongAt(sign.to) - sign.to > MAX_LOOK || !NAMES.has(name.toLowerCase())) return null
  if (!isInQuery(source, from) && source.code(source.keyEnd(NAME_CHAR, sign.to)) !== 38) return null
  const value = wordAt(source, sign.to, sign.isEncoded)
  return value && value.to - value.from >= MIN_VALUE && looksGenerated(source, value) ? value : null
}

/** Whether a sign that separates the pairs of a query precedes a name. */
function isInQuery(source: Source, from: number): boolean {
  const code = source.code(from - 1)
  if (code === 63 || code === 38 || code === 59) return true
  return source.code(from - 3) === 37 && /%(?:3f|26)/i.test(source.text.slice(from - 3, from))
}

/** Whether a short text looks generated: it is long, or has all kinds of characters. */
function looksGenerated(source: Source, { from, to }: Span): boolean {
  const end = Math.min(to, from + MAX_LOOK)
  let isSmall = false
  let isCapital = false
  let isDigit = false
  for (let at = from; at < end; at++) {
    const code = source.code(at)
    const kind = kindOf(code)
    isDigit ||= (kind & DIGIT) !== 0
    isSmall ||= (kind & LETTER) !== 0 && code > 96
    isCapital ||= (kind & LETTER) !== 0 && code < 91
    if (isDigit && (to - from < 20 ? isSmall && isCapital : isSmall || isCapital)) return true
  }
  work.steps += end - from
  return false
}
