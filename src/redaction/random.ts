import { KEY_CHAR, kindOf } from './chars.js'
import { type Source, work } from './source.js'
import type { Span } from './spans.js'

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i
const MIN_PART = 12
/** Minimum length of a word that is masked because it looks random. */
export const MIN_RANDOM = 32

/**
 * Whether a long word looks random: a part of it mixes letters and digits. A UUID does not count, since it identifies something, nor does a
 * name made of words and dates.
 */
export function looksRandom(word: string): boolean {
  let start = 0
  for (let at = 0; at <= word.length; at++) {
    if (at < word.length && !endsPart(word.charCodeAt(at))) continue
    if (at - start >= MIN_PART && changesOf(word, start, at) >= 2) return !UUID.test(word)
    start = at + 1
  }
  return false
}

/** `-`, `_`, `.` or `=`. */
function endsPart(code: number): boolean {
  return code === 45 || code === 95 || code === 46 || code === 61
}

/** Base64 with its signs has no parts: it has all kinds of characters, and changes between them all the time. */
export function looksLikeBase64(word: string): boolean {
  if (!/[+=\d]/.test(word) || !/[A-Z]/.test(word) || !/[a-z]/.test(word)) return false
  let changes = 0
  for (let at = 1; at < word.length; at++) if (classOf(word, at) !== classOf(word, at - 1)) changes += 1
  return changes >= 0.42 * word.length
}

/** Number of times that a digit is next to a letter; counts up to two. */
function changesOf(word: string, from: number, to: number): number {
  let changes = 0
  for (let at = from + 1; at < to && changes < 2; at++) {
    if (isDigit(word, at) !== isDigit(word, at - 1)) changes += 1
  }
  return changes
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 48 && code <= 57
}

function classOf(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (code >= 97) return 2
  return code >= 65 ? 1 : code >= 48 ? 0 : 3
}

/** The parts of a word, between its dots, that look random. */
export function randomParts(source: Source, from: number, end: number): Span[] {
  const spans: Span[] = []
  let start = from
  for (const part of source.text.slice(from, end).split('.')) {
    const to = start + part.length
    if (part.length >= MIN_RANDOM && looksRandom(part)) spans.push({ from: start, to })
    start = to + 1
  }
  return spans
}

/** The end of a run of base64 characters. */
export function base64End(source: Source, from: number): number {
  let to = from
  for (; ; to += 1) {
    const code = source.code(to)
    if ((kindOf(code) & KEY_CHAR) === 0 && code !== 43 && code !== 47) break
  }
  while (source.code(to) === 61) to += 1
  work.steps += to - from
  return to
}
