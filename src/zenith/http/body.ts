import { escapeHalfPairs } from '../../protocol/half-pairs.js'
import { MAX_ID_CHARS } from '../../protocol/index.js'
import type { JsonSchema } from '../openapi/schema.js'

/** One value in the body of a change. */
export interface Field<T> {
  readonly schema: JsonSchema
  /** Whether it may be left out. */
  readonly isOptional?: boolean
  /** @param name of the value, for the message @throws Unfit */
  readonly read: (value: unknown, name: string) => T
}

export type BodyFields = Readonly<Record<string, Field<unknown>>>
export type FieldValues<F extends BodyFields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never }

/** What a change takes. */
export interface Body<T> {
  readonly schema: JsonSchema
  readonly maxBytes: number
  /** @throws Unfit */
  readonly read: (value: unknown) => T
}

/** A body that does not say what it has to; the message names what is wrong. */
export class Unfit extends Error {
  readonly code = 'bad_body'
}

const MAX_BYTES = 64 * 1024

/** A body with these fields and no others. */
export function bodyOf<F extends BodyFields>(fields: F, maxBytes = MAX_BYTES): Body<FieldValues<F>> {
  const { schema, read } = objectField(fields, 'The change.')
  return { schema, maxBytes, read: (value) => read(value, '') }
}

type Choices = Readonly<Record<string, BodyFields>>
type Chosen<C extends Choices> = { [K in keyof C]: { readonly action: K } & FieldValues<C[K]> }[keyof C]

/** A body whose `action` says which other fields it has. */
export function actionBody<const C extends Choices>(choices: C, maxBytes = MAX_BYTES): Body<Chosen<C>> {
  const actions = Object.keys(choices)
  const bodies = new Map(actions.map((action) => [action, actionField(action, choices[action] ?? {})]))
  return {
    schema: { description: 'The change.', anyOf: [...bodies.values()].map((body) => body.schema) },
    maxBytes,
    read(value) {
      const { action } = ownFields(value, '')
      const body = typeof action === 'string' ? bodies.get(action) : undefined
      if (!body) throw new Unfit(`\`action\` takes ${inWords(actions)}.`)
      return body.read(value, '') as Chosen<C>
    },
  }
}

function actionField(action: string, fields: BodyFields) {
  return objectField({ action: wordField([action], 'The action.'), ...fields }, `\`${action}\``)
}

export function objectField<F extends BodyFields>(fields: F, description: string): Field<FieldValues<F>> {
  const names = Object.keys(fields)
  return {
    schema: {
      description,
      type: 'object',
      properties: Object.fromEntries(names.map((name) => [name, fields[name]?.schema ?? {}])),
      required: names.filter((name) => !fields[name]?.isOptional),
      additionalProperties: false,
    },
    read(value, name) {
      const given = ownFields(value, name)
      const path = (key: string) => (name === '' ? key : `${name}.${key}`)
      const unknown = Object.keys(given).find((key) => !Object.hasOwn(fields, key))
      if (unknown !== undefined) {
        throw new Unfit(`\`${path(unknown).slice(0, 80)}\` is not known; this takes ${inWords(names)}.`)
      }
      const values = names.map((key) => [key, fields[key]?.read(given[key], path(key))])
      return Object.fromEntries(values) as FieldValues<F>
    },
  }
}

/** A text of at least one character. */
export function textField(description: string, maxLength = 200): Field<string> {
  return {
    schema: { description, type: 'string', minLength: 1, maxLength },
    read(value, name) {
      if (typeof value === 'string' && value !== '' && value.length <= maxLength) return value
      throw new Unfit(`\`${name}\` takes a text of 1 to ${maxLength} characters.`)
    },
  }
}

/** The id of a job as a list shows it: of any length, and perhaps empty. What is none costs its own result alone. */
export function jobIdField(description: string): Field<string> {
  return {
    schema: { description, type: 'string' },
    read(value, name) {
      if (typeof value === 'string') return value
      throw new Unfit(`\`${name}\` takes a text of 1 to ${MAX_ID_CHARS} characters.`)
    },
  }
}

/** Text that is JSON, whatever it holds; it is handed on to the character. */
export function jsonField(description: string, maxLength: number): Field<string> {
  return {
    schema: { description, type: 'string', maxLength },
    read(value, name) {
      if (typeof value === 'string' && value.length <= maxLength && isJson(value)) return escapeHalfPairs(value)
      throw new Unfit(`\`${name}\` takes a text that is JSON, of at most ${maxLength} characters.`)
    },
  }
}

export function wordField<const T extends string>(words: readonly T[], description: string): Field<T> {
  return {
    schema: { description, type: 'string', enum: words },
    read(value, name) {
      const word = words.find((one) => one === value)
      if (word !== undefined) return word
      throw new Unfit(`\`${name}\` takes ${inWords(words)}.`)
    },
  }
}

export function wholeField(minimum: number, maximum: number, description: string): Field<number> {
  return {
    schema: { description, type: 'integer', minimum, maximum },
    read(value, name) {
      if (Number.isSafeInteger(value) && Number(value) >= minimum && Number(value) <= maximum) return Number(value)
      throw new Unfit(`\`${name}\` takes a whole number from ${minimum} to ${maximum}.`)
    },
  }
}

export function listField<T>(items: Field<T>, minItems: number, maxItems: number, description: string): Field<T[]> {
  return {
    schema: { description, type: 'array', items: items.schema, minItems, maxItems },
    read(value, name) {
      if (Array.isArray(value) && value.length >= minItems && value.length <= maxItems) {
        return value.map((item, index) => items.read(item, `${name}[${index}]`))
      }
      throw new Unfit(`\`${name}\` takes a list of ${minItems} to ${maxItems}.`)
    },
  }
}

/** An object of which nothing more is known. */
export function recordField(description: string): Field<Readonly<Record<string, unknown>>> {
  return { schema: { description, type: 'object' }, read: (value, name) => ownFields(value, name) }
}

/** Null when it is null or left out. */
export function optionalField<T>(field: Field<T>): Field<T | null> {
  const { type, enum: words } = field.schema
  const schema = {
    ...field.schema,
    ...(typeof type === 'string' && { type: [type, 'null'] }),
    ...(words && { enum: [...words, null] }),
  }
  return {
    schema,
    isOptional: true,
    read: (value, name) => (value === undefined || value === null ? null : field.read(value, name)),
  }
}

function ownFields(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new Unfit(name === '' ? 'The body takes a JSON object.' : `\`${name}\` takes an object.`)
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
