import { cut } from '../protocol/read.js'
import { maskMessage } from './secrets.js'

/** So much more than what is shown is masked: what begins before the cut is recognized although it ends behind it. */
const MARGIN = 2_000

/** A text that is shorter and ends with `…` was written so; a longer one may have been cut by whoever read it. */
const MIN_CUT_CHARS = 190

/**
 * Masks a text and then cuts it: no cut comes before the masking, and what the end of the masked part leaves unfinished is not
 * shown, for half a secret does not look like one.
 *
 * @param maxChars of the result
 * @param mask what masks it
 */
export function maskedWithin(text: string, maxChars: number, mask: (text: string) => string = maskMessage): string {
  const part = windowOf(text, maxChars)
  const isCut = part !== text || (text.length >= MIN_CUT_CHARS && text.endsWith('…'))
  return cut(isCut ? `${withoutUnfinished(mask(part.slice(0, -1)))}…` : mask(part), maxChars)
}

/** The beginning of a text that is yet to be masked: long enough for {@link maskedWithin} to show so many characters of it. */
export function windowOf(text: string, maxChars: number): string {
  return cut(text, maxChars + MARGIN)
}

/** The longest text that a pattern needs whole. What begins earlier was seen with its end, but for the password of a URL. */
const MAX_UNFINISHED_CHARS = 1_600

/** A URL to its end, without what can't hold a password: a host, its path. */
const OPEN_URL = /(?::\/\/(?![^/:@%]+\/)|%3A%2F%2F(?![^/:@%]+%2F)).*$/is

/**
 * Takes from the end of a text that was cut and then masked what the cut may have left unfinished: a URL with its password, the
 * groups of a card's digits, or else the characters of which tokens are made. Other letters stay, so that text without
 * spaces is not lost, and so does the beginning of a long path.
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

/** Where a run of such characters begins that ends at a place. */
function beginOf(text: string, end: number, isOfRun: (char: string) => boolean): number {
  let at = end
  while (at > 0 && isOfRun(text[at - 1] as string)) at -= 1
  return at
}
