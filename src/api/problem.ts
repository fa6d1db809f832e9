import { type Infer, object, text } from './schema.js'

/** The response when Zenith can't fulfil a request. */
export const Problem = object('An error.', {
  error: object('Details of the error.', {
    code: text('A code for programs: `bad_query`, `not_found`, `store_unavailable` …'),
    message: text('A message for people.'),
  }),
})
export type Problem = Infer<typeof Problem>
