/**
 * Texts come back as they were written: two ids that differ in a half surrogate pair alone may be two users. Not every database stores
 * those and NUL characters; both are stored as an escape character and their code. JSON has no such characters, so bodies stay as they are.
 */

const ESCAPE = '\u001b'
const UNSTORABLE = new RegExp(`[${ESCAPE}\0]|\\p{Surrogate}`, 'gu')
const ESCAPED = new RegExp(`${ESCAPE}([0-9a-f]{4})`, 'g')

export function storedText(text: string): string {
  return text.replace(UNSTORABLE, (one) => ESCAPE + one.charCodeAt(0).toString(16).padStart(4, '0'))
}

/** What {@link storedText} was made of. */
export function originalText(stored: string): string {
  if (!stored.includes(ESCAPE)) return stored
  return stored.replace(ESCAPED, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}
