import { cut } from '../protocol/read.js'
import { maskMessage } from './secrets.js'

/** Additional characters that are masked beyond the limit: a secret that begins before the cut is recognized even if it ends after it. */
const MARGIN = 2_000

/** A shorter text that ends with `…` was written like that; a longer one may have been cut by its reader. */
const MIN_CUT_CHARS = 190

/**
 * Masks a text and then cuts it: never before, since half a secret does not look like one. An unfinished part at the end of the masked text
 * is not shown.
 *
 * @param maxChars of the result
 * @param mask masks a text
 */
export function maskedWithin(text: string, maxChars: number, mask: (text: string) => string = maskMessage): string {
  const part = windowOf(text, maxChars)
  const isCut = part !== text || (text.length >= MIN_CUT_CHARS && text.endsWith('…'))
  return cut(isCut ? `${withoutUnfinished(mask(part.slice(0, -1)))}…` : mask(part), maxChars)
}

/** The part of a text to mask: long enough for {@link maskedWithin} to show this number of characters. */
export function windowOf(text: string, maxChars: number): string {
  return cut(text, maxChars + MARGIN)
}

/** The longest text that a pattern needs whole. Earlier parts were seen with their end, except for the password of a URL. */
const MAX_UNFINISHED_CHARS = 1_600

/** A URL up to its end, without parts that can't contain a password: a host, its path. */
const OPEN_URL = /(?::\/\/(?![^/:@%]+\/)|%3A%2F%2F(?![^/:@%]+%2F)).*$/is

/**
 * Removes parts that a cut may have left unfinished from the end of a masked text: a URL with its password, the groups of a card's digits,
 * or else the characters of tokens. Other letters stay, so that text without spaces is not lost, and so does the beginning of a long path.
 */
export function withoutUnfinished(masked: string): string {
  const word = beginOf(masked, masked.length, isOfUrl)
  const url = OPEN_URL.exec(masked.slice(word))
  const end = url ? word + url.index : masked.length
  const token = beginOf(masked, end, (char) => char > ' ' && char <= '~')
  const begin = beginOf(masked, token, (char) => (char >= '0' && char <= '9') || char === ' ' || char === '-')
  return masked.slice(0, Math.max(begin, end - MAX_UNFINISHED_CHARS))
}

function isOfUrl(char: string): boolean {
  return !/[\s"'<>]/.test(char)
}

/** The start of a run of such characters that ends at a position. */
function beginOf(text: string, end: number, isOfRun: (char: string) => boolean): number {
  let at = end
  while (at > 0 && isOfRun(text[at - 1] as string)) at -= 1
  return at
}
