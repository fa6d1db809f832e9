/** A field of a JSON object, and the position of its value in the field's text. */
interface Field {
  readonly text: string
  readonly key: string
  readonly from: number
  readonly to: number
}

export interface FieldChanges {
  /** JSON by field. Fields that do not exist yet are appended. */
  readonly set?: ReadonlyMap<string, string>
  readonly drop?: readonly string[]
}

/**
 * Changes some fields of a JSON object and leaves all other text unchanged: numbers too large for JavaScript, `1.0`, order, duplicate
 * fields and whitespace.
 *
 * @param text a JSON object
 */
export function changeFields(text: string, { set = new Map(), drop = [] }: FieldChanges): string {
  const { fields, end } = fieldsIn(text)
  const kept = fields.filter(({ key }) => !drop.includes(key))
  const there = new Set(kept.map(({ key }) => key))
  const added = [...set].filter(([key]) => !there.has(key)).map(([key, value]) => `${JSON.stringify(key)}:${value}`)
  const changed = kept.map((field) => withValue(field, set.get(field.key)))
  return `${text.slice(0, text.indexOf('{') + 1)}${[...changed, ...added].join(',')}${text.slice(end)}`
}

function withValue({ text, from, to }: Field, value: string | undefined): string {
  return value === undefined ? text : text.slice(0, from) + value + text.slice(to)
}

/** The text of a field's value; null if there is no such field. @param text a JSON object */
export function fieldText(text: string, key: string): string | null {
  const field = fieldsIn(text).fields.findLast((one) => one.key === key)
  return field ? field.text.slice(field.from, field.to) : null
}

/** @returns the fields, and the position of the closing brace */
function fieldsIn(text: string): { readonly fields: Field[]; readonly end: number } {
  const fields: Field[] = []
  let at = text.indexOf('{') + 1
  for (;;) {
    const end = endOfField(text, at)
    const field = fieldOf(text.slice(at, end))
    if (field) fields.push(field)
    if (text[end] !== ',') return { fields, end }
    at = end + 1
  }
}

function fieldOf(text: string): Field | null {
  const quote = text.indexOf('"')
  if (quote < 0) return null
  const to = endOfString(text, quote)
  const key: unknown = JSON.parse(text.slice(quote, to))
  const value = text.slice(text.indexOf(':', to) + 1)
  const from = text.length - value.trimStart().length
  return { text, key: String(key), from, to: text.trimEnd().length }
}

/** The position of the comma or brace that ends the field. */
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

/** The position after the closing quote of the string. */
function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at + 1
  }
  return text.length
}
