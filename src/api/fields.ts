import * as v from 'valibot'
import { escapeHalfPairs } from '../protocol/half-pairs.js'
import { MAX_ID_CHARS } from '../protocol/limits.js'

/** Building blocks for the schemas of bodies: each has its description, and a message that continues "`name` …" for an invalid value. */

/** A text of at least one character. */
export function textField(description: string, maxLength = 200) {
  const message = `takes a text of 1 to ${maxLength} characters.`
  return v.pipe(v.string(message), v.minLength(1, message), v.maxLength(maxLength, message), v.description(description))
}

/** The id of a job as a list shows it: of any length, and possibly empty. An impossible id fails alone, with its own outcome. */
export function jobIdField(description: string) {
  return v.pipe(v.string(`takes a text of 1 to ${MAX_ID_CHARS} characters.`), v.description(description))
}

/** A text with valid JSON, which is passed on unchanged. */
export function jsonField(description: string, maxLength: number) {
  const message = `takes a text that is JSON, of at most ${maxLength} characters.`
  return v.pipe(
    v.string(message),
    v.maxLength(maxLength, message),
    v.check(isJson, message),
    v.transform(escapeHalfPairs),
    v.description(description),
  )
}

export function wordField<const T extends string>(words: readonly T[], description: string) {
  return v.pipe(v.picklist(words, `takes ${inWords(words)}.`), v.description(description))
}

export function flagField(description: string) {
  return v.pipe(v.boolean('takes true or false.'), v.description(description))
}

export function wholeField(minimum: number, maximum: number, description: string) {
  const message = `takes a whole number from ${minimum} to ${maximum}.`
  return v.pipe(
    v.number(message),
    v.safeInteger(message),
    v.minValue(minimum, message),
    v.maxValue(maximum, message),
    v.description(description),
  )
}

export function listField<S extends v.GenericSchema>(
  items: S,
  minItems: number,
  maxItems: number,
  description: string,
) {
  const message = `takes a list of ${minItems} to ${maxItems}.`
  return v.pipe(
    v.array(items, message),
    v.minLength(minItems, message),
    v.maxLength(maxItems, message),
    v.readonly(),
    v.description(description),
  )
}

/** An object in the format of another system, passed on unchanged. */
export function anyObjectField(description: string) {
  return v.pipe(v.custom<Readonly<Record<string, unknown>>>(isObject, 'takes an object.'), v.description(description))
}

/** Null if it is null or absent. */
export function optionalField<S extends v.GenericSchema>(field: S) {
  return v.optional(v.nullable(field), null)
}

/** An object with these fields and no others. */
export function objectField<const E extends v.ObjectEntries>(description: string, entries: E) {
  const names = Object.keys(entries)
  const message = (issue: v.StrictObjectIssue): string => {
    if (issue.expected === 'never') return `is not known; this takes ${inWords(names)}.`
    const missing = issue.path && entries[String(issue.path.at(-1)?.key)]
    return missing ? messageFor(missing) : 'takes an object.'
  }
  // Without a prototype, names such as `constructor` are unknown, too.
  const own: E = Object.assign(Object.create(null), entries)
  return v.pipe(noLists(v.strictObject(own, message)), v.description(description))
}

/** An object whose `action` decides which other fields it has. */
export function actionField<const A extends Readonly<Record<string, v.ObjectEntries>>>(
  description: string,
  actions: A,
) {
  type Option<K extends string, E extends v.ObjectEntries> = v.StrictObjectSchema<
    { readonly action: v.LiteralSchema<K, undefined> } & E,
    undefined
  >
  type Options = { [K in keyof A & string]: Option<K, A[K]> }[keyof A & string][]
  const options = Object.entries(actions).map(([action, entries]) =>
    objectField(`\`${action}\``, { action: v.literal(action), ...entries }),
  )
  const message = (issue: v.VariantIssue) =>
    issue.path ? `takes ${inWords(Object.keys(actions))}.` : 'takes an object.'
  return v.pipe(noLists(v.variant('action', options as unknown as Options, message)), v.description(description))
}

/** The schema of an object, for which a list is none. */
function noLists<S extends v.GenericSchema>(schema: S): S {
  return {
    ...schema,
    '~run': (dataset, config) => schema['~run'](Array.isArray(dataset.value) ? { value: null } : dataset, config),
  }
}

/** The message for a missing field. */
function messageFor(schema: v.GenericSchema | v.GenericSchemaAsync): string {
  const { issues } = v.safeParse(schema as v.GenericSchema, undefined)
  return issues?.[0].message ?? 'is missing.'
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function inWords(words: readonly string[]): string {
  return words.length === 0 ? 'nothing' : words.map((word) => `\`${word}\``).join(' or ')
}
