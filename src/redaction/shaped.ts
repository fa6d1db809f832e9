import { BASE64, byteAt, DIGIT, KEY_CHAR, kindOf } from './chars.js'
import type { Source } from './source.js'
import type { Span } from './spans.js'

/** Formats of keys that are whole words without a distinctive prefix. */
const SHAPES: readonly RegExp[] = [
  // Discord's bots
  /^[MNO][\w-]{22,28}\.[\w-]{5,8}\.[\w-]{25,50}$/,
  // Terraform, Airtable, Authress
  /^[a-z\d]{14}\.atlasv1\.[\w-]{50}/i,
  /^pat[a-z\d]{14}\.[a-f\d]{64}$/i,
  /^(?:sc|ext|scauth|authress)_[a-z\d]{5,30}\.[a-z\d]{4,6}\.acc[_-][a-z\d-]{10,32}\.\w/i,
  // MaxMind, Mailchimp, Mailgun, 1Password
  /^[a-z\d]{6}_[a-z\d]{29}_mmk$/i,
  /^[a-f\d]{32}-us\d{1,2}$/,
  /^[a-h\d]{32}-[a-h\d]{8}-[a-h\d]{8}$/,
  /^A3-[A-Z\d]{6}-(?:[A-Z\d]{11}|[A-Z\d]{6}-[A-Z\d]{5})(?:-[A-Z\d]{5}){3}$/,
]
const MIN = 36
const MAX = 260
const PEM = '-----BEGIN '

/** Whether a word may be such a key: excludes most words by their length or by the sign after them. */
export function mayBeShaped(length: number, next: number): boolean {
  return length >= MIN || next === 58 || next === 124 || next === 126 || next === 37
}

/** The end of a key with one of these formats that begins where a word does; -1 without one. */
export function shapedKeyEnd(source: Source, from: number, end: number): number {
  const length = end - from
  if (length >= MIN) {
    const word = length <= MAX ? source.text.slice(from, end) : ''
    return SHAPES.some((shape) => shape.test(word)) ? source.keyEnd(BASE64, end) : -1
  }
  if (source.code(end) === 126 && length === 5) return clientSecretEnd(source, from, end)
  return length > 4 && (kindOf(source.code(end - 1)) & DIGIT) !== 0 ? numberedEnd(source, from, end) : -1
}

/** Entra's client secrets: three characters, a digit, and `Q~`. */
function clientSecretEnd(source: Source, from: number, end: number): number {
  if (!/^[\w.]{3}\dQ$/.test(source.text.slice(from, end))) return -1
  const found = /^[\w.~-]{31,40}/.exec(source.text.slice(end + 1, end + 41))
  return found ? end + 1 + found[0].length : -1
}

/** A number, a sign, and a key: tokens of Telegram's bots and of Facebook's apps. */
function numberedEnd(source: Source, from: number, end: number): number {
  const isEncoded = source.code(end) === 37
  const sign = isEncoded ? byteAt(source.text, end + 1) : source.code(end)
  const key = end + (isEncoded ? 3 : 1)
  const isBot = sign === 58 && source.code(key) === 65
  if (!isBot && sign !== 124) return -1
  const number = source.text.slice(from, end)
  if (!(isBot ? /^(?:bot)?\d{5,16}$/ : /^\d{15,16}$/).test(number)) return -1
  const to = source.keyEnd(KEY_CHAR, key)
  return to - key >= (isBot ? 33 : 27) && source.strongAt(key) < to ? to : -1
}

/** A private key between its `-----BEGIN A PRIVATE KEY-----` and its end; null if none begins at a position. */
export function pemAt(source: Source, at: number): Span | null {
  const lead = source.has(PEM, at) ? at + PEM.length : -1
  if (lead < 0 || !/^[A-Z0-9 ]{3,40}-----/.test(source.text.slice(lead, lead + 49))) return null
  const end = source.find('-----END ', at)
  const close = end < 0 ? -1 : source.find('-----', end + 9)
  return { from: at, to: close < 0 ? source.end : close + 5 }
}
