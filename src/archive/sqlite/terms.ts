/**
 * How terms lie in FTS5. Its ASCII tokenizer splits at everything but letters, digits, `_` (by option) and what is not ASCII, and lowers
 * A to Z. A term is any text and has to stay one token: all other characters become `_` and two hex digits. A term that begins another
 * does so encoded, too.
 */

const PLAIN = /^[a-z0-9\u0080-\uffff]+$/
const OTHERS = /[^a-z0-9\u0080-\uffff]/g

export function encodeTerm(term: string): string {
  return PLAIN.test(term) ? term : term.replace(OTHERS, escaped)
}

const ESCAPES = Array.from({ length: 128 }, (_, code) => `_${code.toString(16).padStart(2, '0')}`)

function escaped(char: string): string {
  return ESCAPES[char.charCodeAt(0)] ?? char
}

/** What a job is indexed by: its terms as one text. */
export function encodeTerms(terms: readonly string[]): string {
  let text = ''
  for (const term of terms) if (term !== '') text += text === '' ? encodeTerm(term) : ` ${encodeTerm(term)}`
  return text
}

/** An FTS5 expression for a term, or for all that begin with it. */
export function matchTerm(term: string, isPrefix: boolean): string {
  return isPrefix ? `"${encodeTerm(term)}" *` : `"${encodeTerm(term)}"`
}
