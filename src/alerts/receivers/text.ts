/** What no text of a message has: control characters, and marks that reverse or hide what follows them. A line feed may stay. */
const LINE_ENDS = /\r\n?|[\u0085\u2028\u2029]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed.
const UNSEEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]/g

/** Text of several lines, without characters that no receiver shows. */
export function cleanText(text: string): string {
  return text.toWellFormed().replace(LINE_ENDS, '\n').replace(UNSEEN, ' ').trim()
}

/** The same in one line. */
export function cleanLine(text: string): string {
  return cleanText(text).replace(/\s+/g, ' ')
}

/** At most `max` UTF-16 units; a longer text ends in an ellipsis. No character is cut in two. */
export function clip(text: string, max: number): string {
  return escaped(text, max, (char) => char)
}

/**
 * A text, escaped character by character and cut so that what was escaped has at most `max` UTF-16 units: no escape is cut in two.
 *
 * @param write gives what a character is escaped as
 */
export function escaped(text: string, max: number, write: (char: string) => string): string {
  let whole = ''
  let cut = ''
  for (const char of text) {
    whole += write(char)
    if (whole.length <= max - 1) cut = whole
    if (whole.length > max) return `${cut}…`
  }
  return whole
}

/** What {@link linkParts} takes as a link: characters only that no markup of a receiver uses to end one. */
const LINK = /https?:\/\/[\w\-./~?#@!$&+,;=%:]*[\w\-/~#$&+=%]/gi

/** A text as pieces, each with whether it is a link. */
export function linkParts(text: string): readonly { readonly text: string; readonly isLink: boolean }[] {
  const parts: { text: string; isLink: boolean }[] = []
  let end = 0
  for (const { 0: link, index } of text.matchAll(LINK)) {
    if (index > end) parts.push({ text: text.slice(end, index), isLink: false })
    parts.push({ text: link, isLink: true })
    end = index + link.length
  }
  if (end < text.length) parts.push({ text: text.slice(end), isLink: false })
  return parts
}
