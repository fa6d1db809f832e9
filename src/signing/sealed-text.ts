/**
 * Where a signature is: at the end, so that what is signed is the rest of the very bytes that were written. No language
 * has to write JSON in any order or spelling for it, and nothing is serialized twice.
 */

/** The last field of a stream entry. */
const FIELD = 'sig'
const AT_END = /,"sig":"([^"\\]{0,200})"\}$/
/** At least as long as a signature at the end of a text: only there it is looked for. */
const END_CHARS = 240

/** @param text of a JSON object that is not empty */
export function sealJson(text: string, signature: string): string {
  return `${text.slice(0, -1)},"${FIELD}":"${signature}"}`
}

/** What was signed, and the signature; null when there is none. */
export function openJson(text: string): { readonly record: string; readonly signature: string } | null {
  const match = AT_END.exec(text.slice(-END_CHARS))
  return match && { record: `${text.slice(0, -match[0].length)}}`, signature: match[1] ?? '' }
}

/** @param fields name, value, name, value … */
export function sealFields(fields: readonly string[], signature: string): string[] {
  return [...fields, FIELD, signature]
}

/** The same of the fields of a stream entry, in their order. */
export function openFields(
  fields: Readonly<Record<string, unknown>>,
): { readonly record: string; readonly signature: string } | null {
  const entries = Object.entries(fields)
  const [name, signature] = entries.pop() ?? []
  if (name !== FIELD || typeof signature !== 'string') return null
  return { record: netstrings(entries.flat().map(String)), signature }
}

/** Each text with its length in bytes before it, `2:ab,`: no two lists of texts are the same then. */
export function netstrings(texts: readonly string[]): string {
  return texts.map((text) => `${Buffer.byteLength(text)}:${text},`).join('')
}
