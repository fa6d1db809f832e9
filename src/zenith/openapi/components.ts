import { JOB_SCHEMAS } from './job-schemas.js'
import { RECORD_SCHEMAS } from './record-schemas.js'
import { count, type JsonSchema, listOf, objectOf, text } from './schema.js'
import { VIEW_SCHEMAS } from './view-schemas.js'

/** What Zenith answers when it can't give what was asked for. */
export interface Problem {
  error: { code: string; message: string }
}

const problem = objectOf<Problem>('An error.', {
  error: objectOf<Problem['error']>('Details of the error.', {
    code: text('A code for programs: `bad_query`, `not_found`, `store_unavailable` …'),
    message: text('A message for people.'),
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
  const unread = listOf(
    text('Name of a service.'),
    'Services whose records could not be read in time. They are missing here; a later request may return them. Omitted if there are none.',
  )
  const perService = count('Maximum number of records read per service, newest first.')
  const properties = { ...listingFields(name), perService, unread }
  return { type: 'object', properties, required: ['total', 'items', 'perService'] }
}

function listingFields(name: SchemaName) {
  return {
    total: count('Number of items that match the filters.'),
    items: listOf(ref(name), 'The items, at most 2 MB.'),
  }
}
