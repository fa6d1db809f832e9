import type * as v from 'valibot'

/**
 * Whether a response has the shape of a view, as far as the page relies on it before it renders: every required field, lists as lists and
 * objects as objects. Not deeper: a newer server may have values that this page does not know.
 */
export function hasShape<S extends v.GenericSchema>(schema: S, answer: unknown): answer is v.InferOutput<S> {
  const { type, entries } = schema as { readonly type?: string; readonly entries?: v.ObjectEntries }
  if (type !== 'object' || !entries || typeof answer !== 'object' || answer === null) return false
  return Object.entries(entries).every(([name, field]) => fits(field, (answer as Record<string, unknown>)[name]))
}

function fits(field: v.ObjectEntries[string], value: unknown): boolean {
  switch (field.type) {
    case 'exact_optional':
      return true
    case 'array':
      return Array.isArray(value)
    case 'object':
      return typeof value === 'object' && value !== null
    default:
      return value !== undefined
  }
}
