import { MAX_ARCHIVED_TERM_BYTES, MAX_ARCHIVED_TERMS, MAX_ARCHIVED_TERMS_BYTES } from '../../ports/archive.js'

const REPLACEMENT = '\uFFFD'

/** The text as every database can store it: without NUL characters and half surrogate pairs. */
export function storableText(text: string): string {
  const whole = text.includes('\0') ? text.replaceAll('\0', REPLACEMENT) : text
  return whole.toWellFormed()
}

/** The terms that a job is found by, each once, within the limits of the port. */
export function storableTerms(terms: readonly string[]): string[] {
  const kept = new Set<string>()
  let bytes = 0
  for (const given of terms) {
    const term = storableText(given)
    const length = Buffer.byteLength(term)
    if (length === 0 || length > MAX_ARCHIVED_TERM_BYTES || kept.has(term)) continue
    bytes += length
    if (kept.size === MAX_ARCHIVED_TERMS || bytes > MAX_ARCHIVED_TERMS_BYTES) break
    kept.add(term)
  }
  return [...kept]
}
