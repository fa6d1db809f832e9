import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { Zenith } from '../../../src/runtime/create-zenith.js'

export interface Answered<T> {
  readonly status: number
  readonly body: T
}

/** One question to the API. */
export async function askApi<T = unknown>(zenith: Zenith, path: string): Promise<Answered<T>> {
  const response = await zenith.fetch(new Request(`http://localhost${path}`))
  return { status: response.status, body: (await response.json()) as T }
}

interface Described {
  readonly operationId: string
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> }
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: unknown }[]
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: unknown }>> }>
  >
}

export interface ApiDocument {
  readonly openapi: string
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, { readonly get?: Described; readonly post?: Described }>>
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
}

export async function documentOf(zenith: Zenith): Promise<ApiDocument> {
  return (await askApi<ApiDocument>(zenith, '/api/openapi.json')).body
}

/** Validates against a schema of the document; a field that the document does not have is an error, too. */
export function validatorOf(document: ApiDocument, schema: unknown): ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true })
  // Where the references point to.
  ajv.addVocabulary(['components'])
  const { schemas } = document.components
  return ajv.compile(closed({ ...(schema as object), components: { schemas } }) as object)
}

/** The same with every object closed that names its fields. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]))
  const namesFields = copy.type !== undefined && typeof copy.properties === 'object'
  return namesFields ? { ...copy, additionalProperties: false } : copy
}
