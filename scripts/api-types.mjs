// Writes the types of the API as interfaces, from the same JSON Schema that its documentation has. A consumer's compiler reads them
// in place of src/api/views.ts, whose types need the schema library.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** @param modules folder of the compiled modules */
export async function writeApiTypes(modules) {
  const { jsonSchemasOf } = await import(pathToFileURL(join(modules, 'zenith/openapi/json-schema.js')).href)
  const { named } = jsonSchemasOf([])
  const types = Object.entries(named).map(
    ([name, schema]) => `${comment(schema)}export type ${name} = ${typeOf(schema)}`,
  )
  await writeFile(join(modules, 'api/views.d.ts'), `${indented(types.join('\n'))}\n`)
}

function typeOf({ $ref, const: value, enum: words, anyOf, oneOf, type, ...rest }) {
  if ($ref !== undefined) return $ref.split('/').at(-1)
  if (value !== undefined) return JSON.stringify(value)
  if (words) return words.map((word) => JSON.stringify(word)).join(' | ')
  const either = anyOf ?? oneOf ?? (Array.isArray(type) ? type.map((one) => ({ ...rest, type: one })) : undefined)
  if (either) return either.map(typeOf).join(' | ')
  if (type === 'integer') return 'number'
  if (type === 'array') return listOf(rest)
  if (type === 'object') return objectOf(rest)
  return type ?? 'unknown'
}

function listOf({ items, prefixItems }) {
  if (prefixItems) return `readonly [${prefixItems.map(typeOf).join(', ')}]`
  return `readonly (${typeOf(items)})[]`
}

function objectOf({ properties, required = [], additionalProperties }) {
  if (!properties) return `Readonly<Record<string, ${typeOf(additionalProperties ?? {})}>>`
  const fields = Object.entries(properties).map(
    ([name, schema]) => `${comment(schema)}readonly ${name}${required.includes(name) ? '' : '?'}: ${typeOf(schema)}`,
  )
  return `{\n${fields.join('\n')}\n}`
}

function comment({ description }) {
  return description ? `/** ${description.replaceAll('*/', '* /')} */\n` : ''
}

function indented(text) {
  let depth = 0
  const lines = text.split('\n').map((line) => {
    if (line.startsWith('}')) depth -= 1
    const indent = '  '.repeat(depth)
    if (line.endsWith('{')) depth += 1
    return indent + line
  })
  return lines.join('\n')
}
