import { type ConversionConfig, type JsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema'
import type { GenericSchema } from '../../api/schema.js'
import { SCHEMAS } from '../../api/schemas.js'

const REFERENCE = '#/components/schemas/'

const CONFIG: ConversionConfig = {
  target: 'draft-2020-12',
  // The description covers checks that JSON Schema cannot express.
  errorMode: 'ignore',
  overrideRef: ({ referenceId }) => REFERENCE + referenceId,
  overrideSchema: ({ valibotSchema: { type }, jsonSchema }) => {
    if (type === 'custom') return { ...jsonSchema, type: 'object' }
    // Without a length a tuple could be shorter or longer.
    if (type === 'tuple') return { ...jsonSchema, ...lengthOf(jsonSchema) }
    return type === 'nullable' ? withNull(jsonSchema) : undefined
  },
}

/** The named schemas by name. `of` returns a reference to a named schema, and any other schema itself. */
export interface JsonSchemas {
  readonly named: Readonly<Record<string, JsonSchema>>
  readonly of: (schema: GenericSchema) => JsonSchema
}

/** Converts all at once, because each conversion processes all named schemas. */
export function jsonSchemasOf(schemas: readonly GenericSchema[]): JsonSchemas {
  const names = new Map<GenericSchema, string>(Object.entries(SCHEMAS).map(([name, schema]) => [schema, name]))
  const unnamed = [...new Set(schemas.filter((schema) => !names.has(schema)))]
  const keys = new Map(unnamed.map((schema, index) => [schema, `unnamed-${index}`]))
  const own = Object.fromEntries([...keys].map(([schema, key]) => [key, schema]))
  const converted: Readonly<Record<string, JsonSchema>> = toJsonSchemaDefs({ ...SCHEMAS, ...own }, CONFIG)
  return {
    named: Object.fromEntries(Object.entries(converted).filter(([name]) => Object.hasOwn(SCHEMAS, name))),
    of(schema) {
      const name = names.get(schema)
      if (name !== undefined) return { $ref: REFERENCE + name }
      return converted[keys.get(schema) ?? ''] ?? {}
    },
  }
}

/** `type: ["string", "null"]` instead of two alternatives, unless the first is a reference. */
function withNull(schema: JsonSchema): JsonSchema {
  const [value, ...others] = schema.anyOf ?? []
  if (typeof value !== 'object' || typeof value.type !== 'string' || others.length !== 1) return schema
  const { anyOf: _, ...rest } = schema
  const words = value.enum && { enum: [...value.enum, null] }
  return { ...rest, ...value, ...words, type: [value.type, 'null'] as unknown as JsonSchema['type'] & string }
}

function lengthOf({ prefixItems = [] }: JsonSchema): JsonSchema {
  return { minItems: prefixItems.length, maxItems: prefixItems.length }
}
