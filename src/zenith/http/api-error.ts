import { problem } from './responses.js'

/** Status by code; clients compare the code. */
const STATUS = {
  bad_query: 400,
  bad_body: 400,
  not_found: 404,
  not_connected: 409,
  not_supported: 409,
  not_possible: 409,
  read_only: 409,
  frozen: 409,
  confirmation_needed: 409,
  confirmation_wrong: 409,
  no_audit: 409,
  no_archive: 409,
  last_admin: 409,
  too_many_searches: 429,
  audit_unavailable: 503,
  queue_denied: 409,
  queue_replica: 409,
  queue_full: 503,
  queue_unavailable: 503,
  store_unavailable: 503,
  archive_unavailable: 503,
  people_unavailable: 503,
} as const

export type RefusalCode = keyof typeof STATUS

/** An error with a readable message without secrets. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: RefusalCode

  constructor(code: RefusalCode, message: string) {
    super(message)
    this.code = code
  }
}

export function isRefusal(error: unknown): error is ApiError {
  return error instanceof Error && error.name === 'ApiError'
}

/** Returns the response for an API error that `work` throws. */
export async function answerApiErrors(work: () => Response | Promise<Response>): Promise<Response> {
  try {
    return await work()
  } catch (error) {
    if (!isRefusal(error)) throw error
    const answer = problem(STATUS[error.code], error.code, error.message)
    // A search ends within five seconds.
    if (answer.status === 429) answer.headers.set('retry-after', '5')
    return answer
  }
}
