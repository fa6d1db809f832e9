import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

export type SchemaName =
  | 'heartbeat'
  | 'slow-entry'
  | 'exception'
  | 'rollup'
  | 'queue-snapshot'
  | 'queue-history'
  | 'finished-jobs'

export function readSchema(name: SchemaName): Record<string, unknown> & { required: string[] } {
  return JSON.parse(readFileSync(new URL(`../../schemas/${name}.json`, import.meta.url), 'utf8'))
}

export function validatorOf(name: SchemaName): ValidateFunction {
  return new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(readSchema(name))
}

export function readDocs(): string {
  return readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8')
}

/** The code blocks of docs/protocol.md with an info string, `json heartbeat`. */
export function docsBlocks(info: string): string[] {
  return [...readDocs().matchAll(/```([^\n]+)\n([\s\S]*?)```/g)]
    .filter((block) => block[1] === info)
    .map((block) => block[2] ?? '')
}

/** Flat stream fields as an object. */
export function fieldsOfFlat(flat: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {}
  for (let index = 0; index < flat.length; index += 2) fields[flat[index] ?? ''] = flat[index + 1] ?? ''
  return fields
}
