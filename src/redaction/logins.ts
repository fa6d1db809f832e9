import { kindOf, NAME_CHAR } from './chars.js'
import { quotedAt } from './quoted.js'
import { quoteAt } from './quotes.js'
import { skipSpaces } from './signs.js'
import type { Source } from './source.js'
import type { Secret, Secrets, Span } from './spans.js'
import { valueAt } from './values.js'

/** Schemes before credentials in HTTP: `Bearer x`. */
const SCHEMES = new Set(['bearer', 'basic', 'digest'])
const NO_CREDENTIALS =
  /^(?:auth\w*|credentials?|tokens?|scheme|header|realm|challenge|format|access|account|plan|usage|subscription|mismatch|algorithm|support|request\w*|require\w*|response|invalid|missing|expired|failed|failure|password|version|string|example|security|settings|information)$/i
const MIN_CREDENTIALS = 6
const CHALLENGE = /^(?:realm|charset|error|scope)=$/
/** Settings of Redis and LDAP, whose values follow without a sign. */
const SETTING = /^(?:requirepass|masterauth|bindpw)$/i
const MECHANISM = /(?:PLAIN|LOGIN|XOAUTH2) {1,4}/y

export function isScheme(word: string): boolean {
  return SCHEMES.has(word)
}

/** The credentials after `Bearer`, `Basic` or `Digest`. */
export function credentialsBehind(source: Source, scheme: number, next: number): Secret | null {
  let to = next
  while (isOfToken(source.code(to))) to += 1
  const length = to - next
  if (length < MIN_CREDENTIALS || NO_CREDENTIALS.test(source.text.slice(next, Math.min(to, next + 20)))) return null
  if ((source.code(scheme) | 32) === 100) return parametersAt(source, next)
  return length < 9 && CHALLENGE.test(source.text.slice(next, to)) ? null : { from: next, to }
}

function isOfToken(code: number): boolean {
  return (kindOf(code) & NAME_CHAR) !== 0 || code === 126 || code === 43 || code === 47 || code === 61
}

/** Those of Digest extend to the end of the line. */
function parametersAt(source: Source, from: number): Span | null {
  if (!/^\w{1,20}=/.test(source.text.slice(from, from + 24))) return null
  const line = source.find('\n', from)
  return { from, to: line < 0 ? source.end : line }
}

/** The value after a name without a sign: `requirepass x`, SMTP's `AUTH PLAIN x`. */
export function settingBehind(source: Source, name: string, next: number): Span | null {
  if (SETTING.test(name)) return wordAt(source, next)
  MECHANISM.lastIndex = next
  const mechanism = name === 'AUTH' ? MECHANISM.exec(source.text) : null
  return mechanism && wordAt(source, next + mechanism[0].length)
}

function wordAt(source: Source, at: number): Span | null {
  const value = valueAt(source, at, false)
  return value && { from: value.from, to: value.to }
}

/** The words after Redis' `"AUTH" "user" "x"`, as MONITOR and errors of clients show it. */
export function authWords(source: Source, end: number): Secrets | null {
  const start = end + (quoteAt(source, end)?.length ?? 0)
  const spans: Span[] = []
  let to = start
  while (spans.length < 2) {
    const at = skipSpaces(source, to)
    const value = at > to && quoteAt(source, at) ? quotedAt(source, at) : null
    if (!value) break
    spans.push(value)
    to = value.next
  }
  return to > start ? { spans, to } : null
}
