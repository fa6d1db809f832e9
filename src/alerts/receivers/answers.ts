import type { Answer } from '../notification.js'
import { cleanLine, clip } from './text.js'

/** Characters of an answer's text. */
const MAX_TEXT = 500
const MAX_RETRY_MS = 24 * 3_600_000
/** The shortest parts of an address that are masked when a receiver repeats them without the rest. */
const MIN_PART = 6
const MIN_PLAIN_PART = 12
/** The shortest begin of a secret that is masked at the end of a body that was cut. */
const MIN_BEGIN = 3
const MASK = '•••'

/** An answer that never came, or that no request could bring. */
export function noAnswer(text: string, mayRetry: boolean): Answer {
  return { ok: false, status: null, text: clip(cleanLine(text), MAX_TEXT), mayRetry, retryAfterMs: null }
}

/** An answer over HTTP, by its status. @param text masked */
export function answerOf(status: number, text: string, retryAfter: string | undefined): Answer {
  const ok = status >= 200 && status < 300
  return {
    ok,
    status,
    text: clip(cleanLine(text), MAX_TEXT),
    mayRetry: !ok && (status >= 500 || status === 408 || status === 425 || status === 429),
    retryAfterMs: ok ? null : retryAfterMs(retryAfter),
  }
}

/** What `Retry-After` asks for: seconds, or a date. At most a day; null if it says neither. @returns ms */
export function retryAfterMs(value: string | undefined, now = Date.now()): number | null {
  const text = value?.trim() ?? ''
  if (text === '') return null
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : dateOf(text) - now
  return Number.isNaN(ms) ? null : Math.ceil(Math.min(MAX_RETRY_MS, Math.max(0, ms)))
}

/** `Date.parse` takes `-5` as a year; a date of HTTP begins with a day's name. */
function dateOf(text: string): number {
  return /^[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN
}

/**
 * The secrets of an address, the longest first: the whole of it, its path, and parts of the path and the query that look made up. The path
 * of a Slack webhook is one.
 */
export function secretsOf(address: string, ...others: readonly string[]): readonly string[] {
  const texts = [...others, ...(URL.canParse(address) ? partsOf(address) : [address])].filter((text) => text !== '')
  const forms = texts.flatMap((text) => [text, decoded(text), encodeURIComponent(text), htmlOf(text), inJson(text)])
  return [...new Set(forms)].sort((a, b) => b.length - a.length)
}

function partsOf(address: string): readonly string[] {
  const { href, origin, pathname, search, searchParams, username, password } = new URL(address)
  const whole = [href, address, `${origin}${pathname}${search}`, `${pathname}${search}`, pathname]
  const parts = pathname.split('/').filter((part) => part.length >= (/\d/.test(part) ? MIN_PART : MIN_PLAIN_PART))
  const values = [...searchParams.values()].filter((value) => value.length >= MIN_PART)
  return [...whole.filter((text) => text.length > 1), search, ...parts, ...values, username, password]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function htmlOf(text: string): string {
  return text.replace(/&/g, '&amp;')
}

/** As encoders write it that escape slashes. */
function inJson(text: string): string {
  return text.replace(/\//g, '\\/')
}

/**
 * A text without secrets, in any case.
 *
 * @param isCut whether the text ends where reading it ended: the begin of a secret at its end is masked, too
 */
export function masked(text: string, secrets: readonly string[], isCut: boolean): string {
  const whole = isCut ? withoutBegin(text, secrets) : text
  return secrets.reduce((rest, secret) => replaceAll(rest, secret), whole)
}

/** Without a regular expression, which a secret could break. */
function replaceAll(text: string, secret: string): string {
  const lower = text.toLowerCase()
  const wanted = secret.toLowerCase()
  // A few letters change their length with their case: then only the very letters are found.
  if (lower.length !== text.length || wanted.length !== secret.length) return text.split(secret).join(MASK)
  const parts: string[] = []
  let from = 0
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    parts.push(text.slice(from, at))
    from = at + wanted.length
  }
  return [...parts, text.slice(from)].join(MASK)
}

function withoutBegin(text: string, secrets: readonly string[]): string {
  const lower = text.toLowerCase()
  const lengths = secrets.map((secret) => {
    for (let length = Math.min(secret.length - 1, text.length); length >= MIN_BEGIN; length--) {
      if (lower.endsWith(secret.slice(0, length).toLowerCase())) return length
    }
    return 0
  })
  const longest = Math.max(0, ...lengths)
  return longest > 0 ? text.slice(0, -longest) + MASK : text
}
