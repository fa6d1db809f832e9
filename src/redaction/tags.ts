import { ALNUM, JOINT, kindOf, SPACE } from './chars.js'
import { nameAt, namesSecret } from './secret-names.js'
import { skipSpaces } from './signs.js'
import type { Source } from './source.js'
import type { Span } from './spans.js'

/** Escaped forms of the sign that opens a tag. */
const OPEN = ['&lt;', '\\u003c', '\\u003C', '%3C', '%3c']
const CLOSE = ['&gt;', '\\u003e', '\\u003E', '%3E', '%3e']
const ENDS = ['</', '&lt;/', '\\u003c/', '\\u003C/', '<\\/', '%3C%2F', '%3c%2f']

/** The content of a tag whose name is that of a secret: `<password>x</password>`. */
export function taggedAt(source: Source, from: number, end: number): Span | null {
  if (!mayFollowTag(source.code(from - 1)) || !tagStarts(source, from) || !nameEnds(source, end)) return null
  return namesSecret(nameAt(source, from, end)) ? tagContent(source, end) : null
}

/** The content of the tag after one that names it: `<key>password</key><string>x</string>`. */
export function siblingOf(source: Source, from: number, end: number): Span | null {
  if (source.code(from - 1) !== 62 || !source.has('</', end) || !namesSecret(nameAt(source, from, end))) return null
  const close = source.find('>', end)
  const next = close < 0 ? -1 : skipSpaces(source, close + 1)
  const isTag = next >= 0 && source.code(next) === 60 && source.code(next + 1) !== 47
  return isTag ? tagContent(source, next + 1) : null
}

/** The last characters that may precede a tag's name: `<`, `:`, and those of escapes. */
function mayFollowTag(code: number): boolean {
  return code === 60 || code === 58 || code === 59 || code === 67 || code === 99
}

/** Whether a word is the name of a tag, possibly after its namespace. `List<Token>` has no tag. */
function tagStarts(source: Source, from: number): boolean {
  let at = from
  if (source.code(at - 1) === 58) {
    at -= 1
    while (at > from - 30 && (kindOf(source.code(at - 1)) & (ALNUM | JOINT)) !== 0) at -= 1
  }
  if (source.code(at - 1) === 60) return !isWord(source, at - 2)
  return OPEN.some((open) => source.has(open, at - open.length))
}

function isWord(source: Source, at: number): boolean {
  return at >= 0 && (kindOf(source.code(at)) & ALNUM) !== 0
}

/** Whether the name of a tag may end at a position. */
function nameEnds(source: Source, at: number): boolean {
  const code = source.code(at)
  return code === 62 || (kindOf(code) & SPACE) !== 0 || CLOSE.some((close) => source.has(close, at))
}

/** The text between a tag, which ends after `from`, and the next end tag. Null if it is empty. */
export function tagContent(source: Source, from: number): Span | null {
  const [at, length] = nearest(source, ['>', ...CLOSE], from)
  if (at < 0 || source.code(at - 1) === 47) return null
  const start = at + length
  const [end] = nearest(source, ENDS, start)
  const to = end < 0 ? source.runUntil(SPACE, start) : end
  const text = source.text.slice(start, Math.min(to, start + 40))
  return text.trim() === '' ? null : { from: start, to }
}

function nearest(source: Source, signs: readonly string[], from: number): [at: number, length: number] {
  let found: [number, number] = [-1, 0]
  for (const sign of signs) {
    const at = source.find(sign, from)
    if (at >= 0 && (found[0] < 0 || at < found[0])) found = [at, sign.length]
  }
  return found
}
