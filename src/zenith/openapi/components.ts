import { JOB_SCHEMAS } from './job-schemas.js'
import { RECORD_SCHEMAS } from './record-schemas.js'
import { count, type JsonSchema, listOf, objectOf, text } from './schema.js'
import { VIEW_SCHEMAS } from './view-schemas.js'

/** What Zenith answers when it can't give what was asked for. */
export interface Problem {
  error: { code: string; message: string }
}

const problem = objectOf<Problem>('Why there is no answer.', {
  error: objectOf<Problem['error']>('What went wrong.', {
    code: text('For programs: `bad_query`, `not_found`, `store_unavailable` …'),
    message: text('For people.'),
  }),
})

/** Every schema that has a name. */
export const SCHEMAS = {
  ...RECORD_SCHEMAS,
  ...VIEW_SCHEMAS,
  ...JOB_SCHEMAS,
  Problem: problem,
} as const satisfies Record<string, JsonSchema>
export type SchemaName = keyof typeof SCHEMAS

export function ref(name: SchemaName): JsonSchema {
  return { $ref: `#/components/schemas/${name}` }
}

/** The answer of a route that gives a part of a list. */
export function listing(name: SchemaName): JsonSchema {
  return { type: 'object', properties: listingFields(name), required: ['total', 'items'] }
}

export function recordListing(name: SchemaName): JsonSchema {
  const perService = count('At most so many of the newest records of each service are looked at.')
  const properties = { ...listingFields(name), perService }
  return { type: 'object', properties, required: ['total', 'items', 'perService'] }
}

function listingFields(name: SchemaName) {
  return { total: count('How many there are, with the filters applied.'), items: listOf(ref(name)) }
}
