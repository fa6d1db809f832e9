/** JSON Schema 2020-12, as far as it is used here. */
export interface JsonSchema {
  readonly description?: string
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly const?: string | number | boolean
  readonly enum?: readonly (string | number | null)[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly default?: string | number
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: JsonSchema | boolean
  readonly anyOf?: readonly JsonSchema[]
}

/**
 * An object with exactly the fields of a type, all of them required: a field that the type gains or loses is an error of
 * the compiler here.
 */
export function objectOf<T>(description: string, properties: { readonly [K in keyof T]-?: JsonSchema }): JsonSchema {
  return { description, type: 'object', properties, required: Object.keys(properties) }
}

/** The same object with fields that may be left out. */
export function withOptional(optional: Readonly<Record<string, JsonSchema>>, schema: JsonSchema): JsonSchema {
  return { ...schema, properties: { ...(schema.properties as object), ...optional } }
}

/** An object whose fields have names of their own. */
export function mapOf(description: string, values: JsonSchema): JsonSchema {
  return { description, type: 'object', additionalProperties: values }
}

export function listOf(items: JsonSchema, description?: string): JsonSchema {
  return description === undefined ? { type: 'array', items } : { description, type: 'array', items }
}

export function text(description: string): JsonSchema {
  return { description, type: 'string' }
}

/** A number that can't be negative: a time, a count, a size, a duration. */
export function amount(description: string): JsonSchema {
  return { description, type: 'number', minimum: 0 }
}

/** A number that may be negative: a difference. */
export function difference(description: string): JsonSchema {
  return { description, type: 'number' }
}

/** A whole number from 0. */
export function count(description: string): JsonSchema {
  return { description, type: 'integer', minimum: 0 }
}

export function percent(description: string): JsonSchema {
  return { description, type: 'number', minimum: 0, maximum: 100 }
}

export function flag(description: string): JsonSchema {
  return { description, type: 'boolean' }
}

export function oneOf(values: readonly string[], description: string): JsonSchema {
  return { description, type: 'string', enum: values }
}

/** The same, or null when it is not known. */
export function orNull(schema: JsonSchema): JsonSchema {
  if (schema.$ref !== undefined) return { anyOf: [schema, { type: 'null' }] }
  const type = typeof schema.type === 'string' ? [schema.type, 'null'] : schema.type
  return { ...schema, ...(type && { type }), ...(schema.enum && { enum: [...schema.enum, null] }) }
}
