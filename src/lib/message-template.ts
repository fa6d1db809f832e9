/** Longer texts would differ by where they were cut; errors in lists have 300 characters. */
const MAX_TEXT = 300
const MAX_TEMPLATE = 200

/** Parts that vary between failures of one cause, in the order of their removal: a path may be quoted, and a URL contains paths. */
const VARIES: readonly (readonly [RegExp, string | ((word: string) => string)])[] = [
  [/"[^"]*(?:"|$)|`[^`]*(?:`|$)|“[^”]*(?:”|$)|«[^»]*(?:»|$)/g, '<value>'],
  // An apostrophe inside a word (can't) is no quote.
  [/(?<![\p{L}\d])'[^']*'(?![\p{L}\d])/gu, '<value>'],
  [/\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s<>'",;)]+/gi, '<url>'],
  [/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g, '<email>'],
  [/\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/gi, '<id>'],
  // A ULID.
  [/\b[0-7][\da-hjkmnp-tv-z]{25}\b/gi, '<id>'],
  // No path: and/or.
  [/(?<![\w/<])(?:[a-z]:|~|\.{1,2})?(?:[\\/]+[\w.@%+~-]+)+[\\/]?(?::\d+)*/gi, '<path>'],
  [/(?<![\w:])(?:[\da-f]{0,4}:){2,7}[\da-f]{0,4}(?![\w:])/gi, '<address>'],
  [/\b0x[\da-f]+\b/gi, '#'],
  [/\b(?=[a-f]*\d)[\da-f]{6,}\b/gi, '#'],
  // A random value: long, with digits and both cases.
  [/\w[\w-]{14,}\w/g, (word) => (isMixed(word) ? '<id>' : word)],
  [/[-+]?\d+(?:[.,]\d+)*/g, '#'],
  [/\s+/g, ' '],
]

/** An error's message without its varying parts, equal for errors of one cause: `Timeout after # ms for <email>`. At most 200 characters. */
export function templateOf(error: string): string {
  const text = VARIES.reduce((rest, [pattern, mark]) => rest.replace(pattern, mark as string), withoutCutWord(error))
  return text.trim().slice(0, MAX_TEMPLATE)
}

/** Digits, lower-case and upper-case letters. */
function isMixed(word: string): boolean {
  return /\d/.test(word) && /[a-z]/.test(word) && /[A-Z]/.test(word)
}

/** A cut number or id would form a group of its own. */
function withoutCutWord(error: string): string {
  const text = error.slice(0, MAX_TEXT)
  return error.length < MAX_TEXT && !error.endsWith('…') ? text : text.replace(/\S*$/, '')
}
