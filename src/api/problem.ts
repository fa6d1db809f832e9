import { type Infer, object, text } from './schema.js'

/** What Zenith answers when it can't give what was asked for. */
export const Problem = object('An error.', {
  error: object('Details of the error.', {
    code: text('A code for programs: `bad_query`, `not_found`, `store_unavailable` …'),
    message: text('A message for people.'),
  }),
})
export type Problem = Infer<typeof Problem>
