import { DOT, kindOf, SPACE } from './chars.js'
import { quotedAt, type Value } from './quoted.js'
import { closeOf, type Quote, quoteAt } from './quotes.js'
import { rawAt } from './raw.js'
import type { Sign } from './signs.js'
import { type Source, work } from './source.js'

/** Words for a missing value. */
const NOTHING = new Set(['null', 'undefined', 'true', 'false', 'none', 'nil', 'nan', '***', '[object', '[filtered]'])
/** Words after `password:` in a sentence. */
const PROSE = new Set(
  'ok yes no on off open closed ready active inactive connected disconnected enabled disabled include omit success failed failure must is are was were should has have had cannot can could does do not no may will would needs required missing invalid expired expected incorrect wrong unknown unexpected too please malformed mismatch denied revoked empty the a an this that your you it for or and to of in at on with'.split(
    ' ',
  ),
)

/** A type and a length as Go's spew writes them before a value: `(string) (len=6) "x"`, `(*string)(0xc0)((len=6) "x")`. */
const GO_TYPE =
  /\(\*{0,3}(?:\[\d{0,9}\])?\*?(?:string|bool|byte|rune|u?int\d{0,2}|float\d\d|[\w/]{1,60}\.\w{1,60}|interface \{\})\)\s?(?:\(0x[\da-f]{1,16}\)\s?)?(?:\(?\((?:len|cap)=\d{1,9}(?: cap=\d{1,9})?\)\s?)?/y

/** The value that begins at a position; null without one, or if it can't be secret. */
export function secretValueAt(source: Source, sign: Sign, name: string): Value | null {
  const value = valueAt(source, sign.to, sign.isEncoded, name)
  if (value === null || value.to <= value.from) return null
  return value.isRaw && isHarmless(source, sign, name, value) ? null : value
}

function behindGoType(source: Source, at: number): number {
  GO_TYPE.lastIndex = at
  return source.code(at) === 40 && GO_TYPE.test(source.text) ? GO_TYPE.lastIndex : at
}

/** Any value. @param name of a header, whose value may have several words */
export function valueAt(source: Source, from: number, isEncoded: boolean, name = ''): Value | null {
  const at = behindGoType(source, from)
  if (at >= source.end) return null
  const quoted = quotedAt(source, at)
  if (quoted) return quoted
  const code = source.code(at)
  if (code === 123 || code === 91) return structureAt(source, at)
  if (code === 60) return bracketedAt(source, at)
  // Ruby's `#<Secret value="x">`.
  const object = code === 35 && source.code(at + 1) === 60 ? bracketedAt(source, at + 1) : null
  if (object) return { ...object, from: at }
  if (code === 124 || code === 62) return blockAt(source, at) ?? rawAt(source, at, isEncoded, name)
  return rawAt(source, at, isEncoded, name)
}

/** A value other than an object, a list or a block. */
export function wordAt(source: Source, at: number, isEncoded = false): Value | null {
  return at >= source.end ? null : (quotedAt(source, at) ?? rawAt(source, at, isEncoded, ''))
}

/** The whole of an object or a list, but at most up to a line that is neither indented nor begins with a closing bracket. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one loop over the characters, which calls would slow down
function structureAt(source: Source, from: number): Value | null {
  let depth = 0
  let at = from
  for (; at < source.end; at++) {
    const code = source.code(at)
    if (code === 123 || code === 91) depth += 1
    else if (code === 125 || code === 93) {
      depth -= 1
      if (depth === 0) break
    } else if (code === 34 || code === 39)
      at = Math.min(source.end, closeOf(source, quoteAt(source, at) as Quote, at + 1))
    else if (code === 10 && at + 1 < source.end && startsLine(source.code(at + 1))) break
  }
  work.steps += at - from
  const next = Math.min(source.end, source.code(at) === 10 ? at : at + 1)
  return next - from <= 2 ? null : { from, to: next, next, isRaw: false }
}

function startsLine(code: number): boolean {
  return (kindOf(code) & SPACE) === 0 && code !== 125 && code !== 93
}

/** `<Buffer 68 75>`. */
function bracketedAt(source: Source, from: number): Value | null {
  if (!/[A-Za-z]/.test(source.text[from + 1] ?? '')) return null
  const close = source.find('>', from)
  const line = source.find('\n', from)
  if (close < 0 || (line >= 0 && line < close)) return null
  return { from, to: close + 1, next: close + 1, isRaw: false }
}

/** A block of YAML: the indented lines after `|` or `>`. */
function blockAt(source: Source, from: number): Value | null {
  const head = /^[|>][+-]?\d?[ \t]{0,8}\r?\n(?=[ \t])/.exec(source.text.slice(from, from + 16))
  if (!head) return null
  const start = from + head[0].length
  let end = start
  while (end < source.end && (source.code(end) === 32 || source.code(end) === 9)) {
    const line = source.find('\n', end)
    end = line < 0 ? source.end : line + 1
  }
  // The indentation stays: without it the text would not be a block.
  const text = start + (/^[ \t]{1,40}/.exec(source.text.slice(start, start + 40))?.[0].length ?? 0)
  return end - 1 > text ? { from: text, to: end - 1, next: end - 1, isRaw: false } : null
}

function isHarmless(source: Source, sign: Sign, name: string, { from, to }: Value): boolean {
  if (to - from > 12) return false
  let word = source.text.slice(from, to).toLowerCase()
  // A number of tokens is not a token.
  if (NOTHING.has(word) || (/tokens$/i.test(name) && /^\d+$/.test(word))) return true
  if (sign.mark !== ':' || (kindOf(source.code(sign.to - 1)) & SPACE) === 0) return false
  while (word !== '' && (kindOf(word.charCodeAt(word.length - 1)) & DOT) !== 0) word = word.slice(0, -1)
  return PROSE.has(word)
}
