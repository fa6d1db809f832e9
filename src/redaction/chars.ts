import { FOREIGN_LETTERS, FOREIGN_SECONDS } from './foreign-names.js'

/** Kinds of characters, as bits. Characters beyond ASCII have none. */
export const LETTER = 1
export const DIGIT = 2
/** `_` and `-`: with letters and digits they make up keys of vendors. */
export const JOINT = 4
export const DOT = 8
export const SPACE = 16
/** End a URL in a text. */
export const URL_END = 32
/** What signs begin that the scanner knows, besides words. */
export const SIGN = 64
/** End a value that has no quotation marks. */
export const VALUE_END = 128
const BASE64_SIGN = 256
/** Stands behind the first letter beyond ASCII of a foreign name. */
export const FOREIGN_SECOND = 512

export const ALNUM = LETTER | DIGIT
export const KEY_CHAR = ALNUM | JOINT
/** What names are made of, and keys that have dots in them. */
export const NAME_CHAR = KEY_CHAR | DOT
/** What keys in base64 are made of, also when they are percent-encoded. */
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
// Behind the escape a colour of a terminal follows.
add(`@:%-<>{}\x1b${FOREIGN_LETTERS}`, SIGN)
add('+/=%', BASE64_SIGN)
add(FOREIGN_SECONDS, FOREIGN_SECOND)

/** The kinds of a character, by its code; NaN has none. */
export function kindOf(code: number): number {
  return KINDS[code] as number
}

/** The byte that two hexadecimal digits at a place of a text say; -1 where there are none. */
export function byteAt(text: string, at: number): number {
  const [high, low] = [hexOf(text.charCodeAt(at)), hexOf(text.charCodeAt(at + 1))]
  return high < 0 || low < 0 ? -1 : high * 16 + low
}

/** The character that an escape of JSON or JavaScript says, `\\u0041` or `\\x41`, where it begins at a place; -1 where none does. */
export function escapedAt(text: string, at: number): number {
  const isLong = text.startsWith('\\u00', at)
  return isLong || text.startsWith('\\x', at) ? byteAt(text, at + (isLong ? 4 : 2)) : -1
}

/** Whether an escape before a place is the first letter of the word there. */
export function beginsEscaped(source: { readonly text: string; code(at: number): number }, at: number): boolean {
  return source.code(at - 1) === 92 && (kindOf(escapedAt(source.text, at - 1)) & NAME_CHAR) !== 0
}

function hexOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}
