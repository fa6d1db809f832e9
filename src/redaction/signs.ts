import { ALNUM, DIGIT, kindOf, NAME_CHAR, SPACE } from './chars.js'
import { quoteAt } from './quotes.js'
import type { Source } from './source.js'

/** The sign between a name and its value. */
export interface Sign {
  /** `,` in a list of a name and its value, `;` in PHP's format, else `=` or `:`. */
  readonly mark: '=' | ':' | ',' | ';'
  readonly isEncoded: boolean
  /** Start of the value. */
  readonly to: number
}

const MAX_SPACES = 16
const ENCODED: readonly (readonly [written: string, mark: '=' | ':'])[] = [
  ['%3D', '='],
  ['%3d', '='],
  ['%3A', ':'],
  ['%3a', ':'],
  ['%253D', '='],
  ['%253A', ':'],
]
const ESCAPED = /\\u003[dD](?:\\u003[eE])?|\\u003[aA]|\\x3[aAdD]/y

/** Beyond ASCII: colons and equals signs as Chinese and Japanese write them, and quotation marks. */
const WIDE = '：＝“„‘«'

/** Whether a character may begin a sign, or the end of the name before it. */
export function mayBeginSign(code: number): boolean {
  return code > 127 ? WIDE.includes(String.fromCharCode(code)) : (kindOf(code) & ALNUM) === 0
}

/** The sign after a name; null without one. */
export function signAfter(source: Source, nameStart: number, nameEnd: number): Sign | null {
  const first = source.code(nameEnd)
  const closed = first === 61 || first === 58 ? nameEnd : closingOf(source, nameEnd)
  const at = skipSpaces(source, source.code(closed) === 58 ? visibilityOf(source, nameStart, closed) : closed)
  return signAt(source, at, closed > nameEnd)
}

export function skipSpaces(source: Source, from: number): number {
  return mayBeSpace(source.code(from)) ? behindSpaces(source, from) : from
}

/** A blank, an escape, or the first character of one. */
function mayBeSpace(code: number): boolean {
  return code < 33 || code === 37 || code === 92
}

function behindSpaces(source: Source, from: number): number {
  let at = from
  for (let spaces = 0; spaces < MAX_SPACES; spaces++) {
    const colour = colourEnd(source, at)
    if (colour > at) at = colour
    else if ((kindOf(source.code(at)) & SPACE) !== 0) at += 1
    else if (source.code(at) === 37 && source.has('%20', at)) at += 3
    else return at
  }
  return at
}

/** A terminal's colour code, without the escape: `util.inspect` and loggers put some around names and values. */
const COLOUR = /\[[\d;]{0,12}m/y
/** The escape as JSON and JavaScript write it. */
const ESCAPES = ['\\u001b', '\\u001B', '\\x1b', '\\x1B']

/** The position after the colour code that begins at a position; that position without one. */
export function colourEnd(source: Source, at: number): number {
  const code = source.code(at)
  if (code !== 27 && code !== 92) return at
  const lead = code === 27 ? 1 : (ESCAPES.find((written) => source.has(written, at))?.length ?? 0)
  COLOUR.lastIndex = at + lead
  const colour = lead > 0 ? COLOUR.exec(source.text) : null
  return colour ? at + lead + colour[0].length : at
}

/** The position after the quotation mark or the bracket that closes a name. */
function closingOf(source: Source, from: number): number {
  let at = from
  for (let count = 0; count < 4; count++) {
    const length = closingLength(source, at)
    if (length === 0) return at
    at += length
  }
  return at
}

function closingLength(source: Source, at: number): number {
  const code = source.code(at)
  if (code === 93) return 1
  if (code === 91) return indexLength(source, at)
  if (
    code === 37 &&
    source.code(at + 1) === 53 &&
    (source.has('%5D', at) || source.has('%5d', at) || source.has('%5B', at))
  )
    return 3
  if ((code === 63 || code === 33) && source.code(at + 1) === 58) return 1
  return quoteAt(source, at)?.length ?? 0
}

/** `[]` or `[0]`. */
function indexLength(source: Source, at: number): number {
  let end = at + 1
  while (end < at + 8 && (kindOf(source.code(end)) & DIGIT) !== 0) end += 1
  return source.code(end) === 93 ? end + 1 - at : 0
}

/** The position after PHP's visibility of a property: `["password":protected]`, `[password:User:private]`. */
function visibilityOf(source: Source, nameStart: number, at: number): number {
  if (source.code(nameStart - 1) !== 91 && source.code(nameStart - 2) !== 91) return at
  const end = source.find(']', at)
  if (end < 0 || end - at > 100) return at
  return source.has('protected]', end - 9) || source.has('private]', end - 7) ? end + 1 : at
}

function signAt(source: Source, at: number, isClosed: boolean): Sign | null {
  const code = source.code(at)
  if (code === 61) return plain(source, '=', endOfEquals(source, at + 1))
  if (code === 58) return colonAt(source, at)
  if (code === 44 && isClosed) return plain(source, ',', at + 1)
  if (code === 59 && isClosed) return plain(source, ';', at + 1)
  if (code === 124 && /[sia]:\d/.test(source.text.slice(at + 1, at + 4))) return plain(source, ';', at + 1)
  if (code === 33 || code === 60) return comparisonAt(source, at)
  return code > 127 ? wideAt(source, code, at) : encodedAt(source, code, at)
}

function plain(source: Source, mark: Sign['mark'], to: number): Sign {
  return { mark, isEncoded: false, to: skipSpaces(source, to) }
}

/** The position after `=`, `==`, `=>` and their form in HTML. */
function endOfEquals(source: Source, from: number): number {
  let at = from
  while (at < from + 2 && (source.code(at) === 61 || source.code(at) === 62)) at += 1
  return source.has('&gt;', at) ? at + 4 : at
}

/** A colon that belongs neither to `::` nor to the scheme of a URL. */
function colonAt(source: Source, at: number): Sign | null {
  const next = source.code(at + 1)
  if (next === 58 || (next === 47 && source.code(at + 2) === 47)) return null
  return plain(source, ':', next === 61 ? at + 2 : at + 1)
}

/** `!=` and `<>`. */
function comparisonAt(source: Source, at: number): Sign | null {
  if (source.has('!=', at)) return plain(source, '=', endOfEquals(source, at + 2))
  return source.has('<>', at) ? plain(source, '=', at + 2) : null
}

/** The signs of Chinese and Japanese. */
function wideAt(source: Source, code: number, at: number): Sign | null {
  if (code === 0xff1a) return plain(source, ':', at + 1)
  return code === 0xff1d ? plain(source, '=', at + 1) : null
}

function encodedAt(source: Source, code: number, at: number): Sign | null {
  if (code !== 37 && code !== 92) return null
  const found = ENCODED.find(([written]) => source.has(written, at))
  if (found) {
    const to = at + found[0].length
    return { mark: found[1], isEncoded: true, to: skipSpaces(source, source.has('%3E', to) ? to + 3 : to) }
  }
  ESCAPED.lastIndex = at
  const escaped = ESCAPED.exec(source.text)
  return escaped && plain(source, '=', at + escaped[0].length)
}

/** Whether another name with its sign begins at a position: there an unquoted value ends. */
export function pairBegins(source: Source, at: number): boolean {
  const end = source.keyEnd(NAME_CHAR, at)
  const code = source.code(end)
  return end > at && (code === 61 || code === 58)
}
