/** Checks of the fields of an option. */

export type Fields = Readonly<Record<string, unknown>>

export function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null
}

export function hasOnly(fields: Fields, known: readonly string[]): boolean {
  return Object.keys(fields).every((field) => known.includes(field))
}

export function isSecret(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
