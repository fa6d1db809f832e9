/**
 * `unknown`: there is none; `taken`: another one has the name; `last_admin`: nobody could edit users any more; `limit`: there are too many;
 * `expired`: the link was used, or is too old; `not_yours`: more rights than the user has.
 */
export type PeopleErrorCode = 'unknown' | 'taken' | 'last_admin' | 'limit' | 'expired' | 'not_yours' | 'invalid'

/** Why a change is not made, readable. */
export class PeopleError extends Error {
  override readonly name = 'PeopleError'
  readonly code: PeopleErrorCode

  constructor(code: PeopleErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

export function isPeopleError(error: unknown): error is PeopleError {
  return error instanceof Error && error.name === 'PeopleError'
}
