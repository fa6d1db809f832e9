import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { PERIODS } from '../../../src/api/words.js'
import { JOB_STATES } from '../../../src/protocol/index.js'
import type { Operation } from '../../../src/zenith/http/operation.js'
import type { ParameterSchema } from '../../../src/zenith/http/query.js'
import { jsonSchemasOf } from '../../../src/zenith/openapi/json-schema.js'
import { oddJson, oddNumber, oddText } from '../support/fuzz.js'

/** What may be asked of an operation: mostly what its own description takes, so that it comes to its handler, and then what it does not. */

/** Stands for the key of the queue that there is, and for the id of the operation that there is: they are other ones each time. */
export const QUEUE = 'key-of-the-queue'
export const OPERATION = 'id-of-the-operation'

const known = fc.constantFrom(
  QUEUE,
  OPERATION,
  'shop',
  '1',
  '2',
  'GET /healthy',
  ...JOB_STATES,
  ...Object.keys(PERIODS),
)
const word = fc.oneof(known, oddText)

export function escaped(text: string): string {
  // A segment of dots alone is none: it leads to another path.
  return /^\.{1,2}$/.test(text) ? 'x' : encodeURIComponent(text.toWellFormed())
}

/** JSON Schema, as far as bodies and parameters use it. */
interface JsonSchema extends Partial<Omit<ParameterSchema, 'type' | 'enum'>> {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly minItems?: number
  readonly maxItems?: number
  readonly items?: JsonSchema
  readonly pattern?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
}

/** Values that a schema takes. */
function fitting(schema: JsonSchema): fc.Arbitrary<unknown> {
  const { oneOf, anyOf = oneOf, enum: words, type, properties = {}, items = {} } = schema
  if (anyOf) return fc.oneof(...anyOf.map(fitting))
  if ('const' in schema) return fc.constant(schema.const)
  if (words) return fc.constantFrom(...words)
  if (Array.isArray(type)) return fc.oneof(...type.map((one) => fitting({ ...schema, type: one })))
  if (type === 'null') return fc.constant(null)
  if (type === 'boolean') return fc.boolean()
  if (type === 'integer') return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 9, 1e9) })
  if (type === 'array')
    return fc.array(fitting(items), { minLength: schema.minItems ?? 0, maxLength: Math.min(schema.maxItems ?? 3, 3) })
  if (type === 'string') return fittingText(schema)
  const required = schema.required ?? []
  const fields = Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, fitting(one)]))
  return fc.record(fields, { requiredKeys: required.filter((name) => name in fields) })
}

function fittingText({ pattern, maxLength }: JsonSchema): fc.Arbitrary<string> {
  if (pattern) return fc.stringMatching(new RegExp(pattern))
  return fc
    .oneof(word, fc.constant('{"a":1}'), fc.constant('* * * * *'), fc.constant('UTC'))
    .map((text) => text.slice(0, maxLength))
}

type Path = readonly string[]

function placesOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([key, inner]) => placesOf(inner, [...at, key]))]
}

/** The same with another value in one place. */
function withOther(value: unknown, [key, ...rest]: Path, other: unknown): unknown {
  if (key === undefined) return other
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) }
  Object.defineProperty(copy, key, {
    value: withOther((value as Record<string, unknown>)[key], rest, other),
    enumerable: true,
    configurable: true,
    writable: true,
  })
  return copy
}

const other = fc.oneof(
  word,
  oddNumber,
  fc.jsonValue(),
  fc.constantFrom(
    null,
    true,
    [],
    {},
    'x'.repeat(2_000),
    Array.from({ length: 3_000 }, () => 'x'),
  ),
)

function schemaOf(body: Operation['body']): JsonSchema {
  return body ? (jsonSchemasOf([body]).of(body) as JsonSchema) : {}
}

/** Bodies as text: what is taken, what is taken but for one place, and what is nothing. */
export function bodiesOf({ body }: Operation): fc.Arbitrary<string> {
  const right = fitting(schemaOf(body))
  const wrong = fc.tuple(right, fc.nat(1_000), other).map(([value, at, by]) => {
    const places = placesOf(value)
    return withOther(value, places[at % places.length] ?? [], by)
  })
  const text = fc
    .oneof({ weight: 3, arbitrary: right }, { weight: 5, arbitrary: wrong })
    .map((value) => JSON.stringify(value))
  return fc.oneof({ weight: 8, arbitrary: text }, oddJson, oddText)
}

export type Query = readonly (readonly [name: string, value: string])[]

/** Queries with parameters that there are, each mostly once. */
export function queriesOf({ parameters }: Operation): fc.Arbitrary<Query> {
  const all = Object.entries(parameters)
  const own = all.map(([name, { schema, isRequired }]) => {
    const value = fc.oneof({ weight: 2, arbitrary: fitting(schema).map(String) }, word)
    const pair = value.map((text) => [[name, text]] as Query)
    return isRequired
      ? fc.oneof({ weight: 9, arbitrary: pair }, fc.constant<Query>([]))
      : fc.oneof(pair, { weight: 3, arbitrary: fc.constant<Query>([]) })
  })
  const odd = fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 2 })
  const right = fc.tuple(...own).map((pairs) => pairs.flat())
  return fc.oneof(
    { weight: 6, arbitrary: right },
    { weight: 1, arbitrary: fc.tuple(right, odd).map((both) => both.flat()) },
  )
}

const THERE_IS: Readonly<Record<string, string>> = { queue: QUEUE, job: '1', id: OPERATION, service: 'shop' }

/** Paths of the operation, of what there is, of what there is not, and of what names nothing. */
export function pathsOf({ path }: Operation): fc.Arbitrary<string> {
  const parts = path.split('/').map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    if (name === undefined) return fc.constant(part)
    return fc.oneof(
      { weight: 5, arbitrary: fc.constant(THERE_IS[name] ?? 'x') },
      { weight: 2, arbitrary: word.map((text) => escaped(text) || 'x') },
      { weight: 1, arbitrary: fc.constantFrom('%E0%A4%A', '%', '%FF', '..%2f', '%00') },
    )
  })
  return fc.tuple(...parts).map((all) => all.join('/'))
}

/** Whether the operation's description takes a query: if it does not, nor may the operation. */
export function takesQuery({ parameters }: Operation, query: Query): boolean {
  return query.every(([name, value]) => {
    const schema = Object.hasOwn(parameters, name) ? parameters[name]?.schema : undefined
    return schema !== undefined && query.filter(([one]) => one === name).length === 1 && fits(schema, value)
  })
}

function fits({ type, enum: words, minimum = 0, maximum = 0, maxLength = 0 }: ParameterSchema, value: string): boolean {
  if (words) return words.includes(value)
  if (type !== 'integer') return value !== '' && value.length <= maxLength
  return /^\d+$/.test(value) && Number(value) >= minimum && Number(value) <= maximum
}

/** The same of a body. */
export function bodyCheckOf({ body }: Operation): (text: string) => boolean {
  const validate: ValidateFunction = new Ajv2020({ strict: false }).compile(schemaOf(body))
  return (text) => {
    try {
      return validate(JSON.parse(text))
    } catch {
      return false
    }
  }
}
