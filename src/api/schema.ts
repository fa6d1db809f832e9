import * as v from 'valibot'

/**
 * Building blocks for the schemas of views: each has its description for the API's documentation. A view's type, its JSON Schema and the
 * page's check of it come from one schema.
 */

/** The type that a schema describes. */
export type Infer<S extends v.GenericSchema> = v.InferOutput<S>
export type { GenericSchema } from 'valibot'

export function text(description: string) {
  return v.pipe(v.string(), v.description(description))
}

/** A number of at least 0: a time, a count, a size, a duration. */
export function amount(description: string) {
  return v.pipe(v.number(), v.minValue(0), v.description(description))
}

/** A number that may be negative: a difference. */
export function difference(description: string) {
  return v.pipe(v.number(), v.description(description))
}

/** A whole number from 0. */
export function count(description: string) {
  return v.pipe(v.number(), v.integer(), v.minValue(0), v.description(description))
}

export function percent(description: string) {
  return v.pipe(v.number(), v.minValue(0), v.maxValue(100), v.description(description))
}

/** Unix ms, or null if unknown. */
export function time(description: string) {
  return orNull(amount(`Unix ms. ${description}`))
}

export function flag(description: string) {
  return v.pipe(v.boolean(), v.description(description))
}

export function oneOf<const T extends string>(values: readonly T[], description: string) {
  return v.pipe(v.picklist(values), v.description(description))
}

/** Always this value. */
export function always<const T extends string | number | boolean>(value: T, description: string) {
  return v.pipe(v.literal(value), v.description(description))
}

/** The same, or null if unknown. */
export function orNull<S extends v.GenericSchema>(schema: S) {
  return v.nullable(schema)
}

/** A field that may be absent. */
export function optional<S extends v.GenericSchema>(schema: S) {
  return v.exactOptional(schema)
}

export function object<const E extends v.ObjectEntries>(description: string, entries: E) {
  return v.pipe(v.object(entries), v.readonly(), v.description(description))
}

export function listOf<S extends v.GenericSchema>(items: S, description = '') {
  return v.pipe(v.array(items), v.readonly(), v.description(description))
}

/** A list with a maximum length. */
export function listUpTo<S extends v.GenericSchema>(maxItems: number, items: S, description = '') {
  return v.pipe(v.array(items), v.maxLength(maxItems), v.readonly(), v.description(description))
}

/** An object whose field names are data. */
export function mapOf<S extends v.GenericSchema>(description: string, values: S) {
  return v.pipe(v.record(v.string(), values), v.readonly(), v.description(description))
}

/** An object in the format of another system. */
export function anyObject(description: string) {
  return mapOf(description, v.unknown())
}

/**
 * The schema, if it describes exactly `T`: a type of the records or of a queue source, which exists without its schema. A field that only
 * one of the two has is a compile error.
 */
export function exactly<T>() {
  return <S extends v.GenericSchema<unknown, T>>(
    schema: S & ([Required<T>] extends [Required<v.InferOutput<S>>] ? unknown : { readonly missing: T }),
  ): S => schema
}
