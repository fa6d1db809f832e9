import { fold } from './fold.js'

const ESCAPE = /\\(?:u([\da-f]{4})|([^u]))/gi
const CONTROLS: Readonly<Record<string, string>> = { b: '\b', f: ' ', n: ' ', r: ' ', t: ' ' }
/** JSON within JSON has its escapes escaped. */
const MAX_UNESCAPED = 2

/**
 * Whether a payload has a phrase, in any case and spacing (see fold.ts), in its text as it is written or without the escapes of JSON:
 * `ü / 5` is in `\\u00dc \\/\\n5`.
 */
export function hasPhrase(payload: string, phrase: string): boolean {
  const wanted = spaced(phrase).trim()
  let text = payload
  for (let unescaped = 0; ; unescaped += 1) {
    if (spaced(text).includes(wanted)) return true
    if (unescaped === MAX_UNESCAPED || !text.includes('\\')) return false
    text = text.replace(ESCAPE, (_, code: string | undefined, char: string) =>
      code === undefined ? (CONTROLS[char] ?? char) : String.fromCharCode(Number.parseInt(code, 16)),
    )
  }
}

function spaced(text: string): string {
  return fold(text).replace(/\s+/g, ' ')
}
