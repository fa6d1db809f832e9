/** One field of a JSON object as it is written. */
interface Span {
  readonly key: string
  readonly value: string
}

/**
 * Changes some fields of a JSON object and leaves the text of all others as it is: numbers that are too large for
 * JavaScript, `1.0` and the order stay what they were.
 *
 * @param text a JSON object
 * @param values JSON by field
 */
export function withFields(text: string, values: ReadonlyMap<string, string>): string {
  const kept = spansOf(text).filter(({ key }) => !values.has(key))
  const all = [...kept, ...[...values].map(([key, value]) => ({ key, value }))]
  return `{${all.map(({ key, value }) => `${JSON.stringify(key)}:${value}`).join(',')}}`
}

/** The text of one field's value, or null when there is no such field. @param text a JSON object */
export function fieldText(text: string, key: string): string | null {
  return spansOf(text).findLast((span) => span.key === key)?.value ?? null
}

function spansOf(text: string): Span[] {
  const start = text.indexOf('{') + 1
  const spans: Span[] = []
  let at = start
  while (at < text.length) {
    const end = endOfField(text, at)
    const span = spanOf(text.slice(at, end))
    if (span) spans.push(span)
    at = end + 1
    if (text[end] === '}') break
  }
  return spans
}

function spanOf(field: string): Span | null {
  const from = field.indexOf('"')
  if (from < 0) return null
  const to = endOfString(field, from)
  const key: unknown = JSON.parse(field.slice(from, to))
  const value = field.slice(field.indexOf(':', to) + 1).trim()
  return { key: String(key), value }
}

/** The comma or brace that ends the field which begins here. */
function endOfField(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const char = text[at]
    if (char === '"') at = endOfString(text, at) - 1
    else if (char === '{' || char === '[') depth++
    else if ((char === '}' || char === ']') && depth-- === 0) return at
    else if (char === ',' && depth === 0) return at
  }
  return text.length
}

/** Behind the quote that ends the string which begins here. */
function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at + 1
  }
  return text.length
}
