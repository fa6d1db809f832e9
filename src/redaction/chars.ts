import { FOREIGN_LETTERS, FOREIGN_SECONDS } from './foreign-names.js'

/** Kinds of characters, as bits. Characters beyond ASCII have none. */
export const LETTER = 1
export const DIGIT = 2
/** `_` and `-`: with letters and digits they form the keys of vendors. */
export const JOINT = 4
export const DOT = 8
export const SPACE = 16
/** Characters that end a URL in a text. */
export const URL_END = 32
/** First characters of signs that the scanner knows, besides words. */
export const SIGN = 64
/** Characters that end an unquoted value. */
export const VALUE_END = 128
const BASE64_SIGN = 256
/** Characters that follow the first non-ASCII letter of a foreign name. */
export const FOREIGN_SECOND = 512

export const ALNUM = LETTER | DIGIT
export const KEY_CHAR = ALNUM | JOINT
/** Characters of names, and of keys that contain dots. */
export const NAME_CHAR = KEY_CHAR | DOT
/** Characters of keys in base64, also when they are percent-encoded. */
export const BASE64 = KEY_CHAR | BASE64_SIGN

const KINDS = new Uint16Array(65_536)

function add(chars: string, kind: number): void {
  for (const char of chars) {
    const code = char.charCodeAt(0)
    KINDS[code] = (KINDS[code] as number) | kind
  }
}

for (let code = 0; code <= 32; code++) add(String.fromCharCode(code), SPACE | URL_END | VALUE_END)
add('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', LETTER)
add('0123456789', DIGIT)
add('_-', JOINT)
add('.', DOT)
add('"\'<>`', URL_END)
add(',;&}])"\'<`', VALUE_END)
// The escape begins the colour of a terminal.
add(`@:%-<>{}\x1b${FOREIGN_LETTERS}`, SIGN)
add('+/=%', BASE64_SIGN)
add(FOREIGN_SECONDS, FOREIGN_SECOND)

/** The kinds of a character, by its code; NaN has none. */
export function kindOf(code: number): number {
  return KINDS[code] as number
}

/** The byte of two hexadecimal digits at a position of a text; -1 without them. */
export function byteAt(text: string, at: number): number {
  const [high, low] = [hexOf(text.charCodeAt(at)), hexOf(text.charCodeAt(at + 1))]
  return high < 0 || low < 0 ? -1 : high * 16 + low
}

/** The character of an escape of JSON or JavaScript, `\\u0041` or `\\x41`, that begins at a position; -1 without one. */
export function escapedAt(text: string, at: number): number {
  const isLong = text.startsWith('\\u00', at)
  return isLong || text.startsWith('\\x', at) ? byteAt(text, at + (isLong ? 4 : 2)) : -1
}

/** Whether an escape before a position is the first letter of the word there. */
export function beginsEscaped(source: { readonly text: string; code(at: number): number }, at: number): boolean {
  return source.code(at - 1) === 92 && (kindOf(escapedAt(source.text, at - 1)) & NAME_CHAR) !== 0
}

function hexOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}
