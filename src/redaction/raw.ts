import { ALNUM, kindOf, NAME_CHAR, SPACE, VALUE_END } from './chars.js'
import { quotedAt, type Value } from './quoted.js'
import { pairBegins, skipSpaces } from './signs.js'
import { type Source, work } from './source.js'

/** Schemes of an Authorization header, which precede its credentials. */
const SCHEME =
  /(?:bearer|basic|digest|token|negotiate|ntlm|hawk|oauth|apikey|aws4-hmac-sha256|sharedkey|jwt|key|mac|signature)(?: |%20|\+)+/iy
const AUTHORIZATION = /authorization$/i
const COOKIE = /cookie$/i
/** Characters that end a value in percent-encoded text. */
const ENCODED_ENDS = ['%26', '%0A', '%0D']

/** A value without quotation marks. @param name of a header, whose value may have several words */
export function rawAt(source: Source, from: number, isEncoded: boolean, name: string): Value | null {
  let to = rawEnd(source, from, isEncoded)
  const last = name.charCodeAt(name.length - 1) | 32
  if (last === 110 && AUTHORIZATION.test(name)) to = authorizationEnd(source, from, to)
  else if (last === 101 && source.code(to) === 59 && COOKIE.test(name)) to = cookieEnd(source, to)
  // The backslash belongs to the quotation mark after it.
  while (to > from && source.code(to - 1) === 92 && source.code(to) === 34) to -= 1
  return to > from ? { from, to, next: to, isRaw: true } : null
}

function rawEnd(source: Source, from: number, isEncoded: boolean): number {
  const at = source.endOf(rawEnd, from, () => searchRawEnd(source, from))
  return isEncoded ? ENCODED_ENDS.reduce((end, sign) => nearer(source.find(sign, from), end), at) : at
}

function nearer(at: number, end: number): number {
  return at >= 0 && at < end ? at : end
}

function searchRawEnd(source: Source, from: number): number {
  let at = from
  for (;;) {
    while (at < source.end && (kindOf(source.code(at)) & VALUE_END) === 0) at += 1
    if (at >= source.end || !goesOn(source, at)) break
    at += 1
  }
  work.steps += at - from
  return at
}

/** A password may contain signs that end other values. */
function goesOn(source: Source, at: number): boolean {
  const code = source.code(at)
  const next = source.code(at + 1)
  if (code === 59 || code === 38 || (kindOf(code) & SPACE) !== 0) return false
  if (code === 60) return next !== 47 && (kindOf(next) & (ALNUM | SPACE)) === 0
  return (kindOf(next) & ALNUM) !== 0 && (code !== 44 || !pairBegins(source, at + 1)) && !isQuotedPair(source, at)
}

/** `"a=b"c` is not a password, and neither is `'b'and`: a mark that closes the quotation around the value is followed by a sign. */
function isQuotedPair(source: Source, at: number): boolean {
  const code = source.code(at)
  return (code === 34 || code === 96) && pairBegins(source, at + 1)
}

function authorizationEnd(source: Source, from: number, end: number): number {
  SCHEME.lastIndex = from
  const scheme = SCHEME.exec(source.text)
  if (!scheme) return end
  const start = from + scheme[0].length
  // Parameters of Digest and of signatures extend to the end of the line: `username="a", response="b"`.
  if (!pairBegins(source, start)) return rawEnd(source, start, false)
  const line = source.find('\n', start)
  return line < 0 ? source.end : line
}

/** The position after the last pair or attribute of a cookie. */
function cookieEnd(source: Source, end: number): number {
  let to = end
  while (source.code(to) === 59) {
    const next = skipSpaces(source, to + 1)
    if ((kindOf(source.code(next)) & NAME_CHAR) === 0 && source.code(next) !== 36) return to
    to = rawEnd(source, next, false)
    if (source.code(to) === 34 && source.code(to - 1) === 61) to = quotedAt(source, to)?.next ?? to
  }
  return to
}
