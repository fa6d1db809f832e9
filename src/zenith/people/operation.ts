import { Problem } from '../../api/problem.js'
import { isPeopleError, type PeopleErrorCode } from '../../people/errors.js'
import type { People } from '../../people/service/people.js'
import type { GuessLimit } from '../auth/guesses/limit.js'
import { ApiError, type RefusalCode } from '../http/api-error.js'
import { operationsWith } from '../http/operation.js'
import type { Account, Principal } from '../http/principal.js'
import type { Services } from '../http/request-context.js'
import { forbidden } from '../http/responses.js'
import type { Act } from '../queues/act.js'

/** What routes of users work with. */
export interface PeopleServices extends Services {
  /** Null: this Zenith has no users in a database. */
  readonly people: People | null
  /** Writes to the audit trail of the first cluster: users belong to none. */
  readonly actAtHome: Act
  /** Of passwords. */
  readonly guesses: GuessLimit
}

export const { operation, change } = operationsWith<PeopleServices>()

/** Rejects with an API error without users. */
export function peopleOf({ people }: PeopleServices): People {
  if (people) return people
  throw new ApiError('not_supported', 'This Zenith has no users in a database: see its option `auth.people`.')
}

/** Rejects with an API error for anyone but a user of the database, with a session or a token of its own. */
export function accountOf({ account }: Principal): Account & { readonly id: string } {
  if (account?.id != null) return { ...account, id: account.id }
  throw new ApiError('not_possible', 'Only a user of the database has an account.')
}

/** The response for a principal that may not edit users; null if it may. */
export function notForAll({ policy }: Services, principal: Principal): Response | null {
  return policy.can(principal, 'people.edit') ? null : forbidden('people.edit', policy.rolesWith('people.edit'))
}

const CODES: Readonly<Record<PeopleErrorCode, RefusalCode>> = {
  unknown: 'not_found',
  taken: 'not_possible',
  last_admin: 'last_admin',
  limit: 'not_possible',
  expired: 'not_possible',
  not_yours: 'not_possible',
  invalid: 'bad_body',
}

/** A change of users, in the audit trail. */
export async function actOnPeople<T>(act: Act, change: Parameters<Act>[0] & { perform: () => Promise<T> }): Promise<T> {
  const { perform } = change
  return (await act({ ...change, perform: () => readably(perform) })) as T
}

/** Passes errors of the rules between users on as API errors. */
export async function readably<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isPeopleError(error)) throw new ApiError(CODES[error.code], error.message)
    if (error instanceof ApiError) throw error
    throw new ApiError('people_unavailable', 'The database of users does not answer.')
  }
}

export const OFF = { description: '`not_supported`: this Zenith has no users in a database.', schema: Problem }
export const AWAY = { description: '`people_unavailable`: the database of users does not answer.', schema: Problem }
export const CHANGED = {
  404: { description: '`not_found`: there is no such user, group, role, token or session.', schema: Problem },
  409: {
    description:
      '`not_supported`: this Zenith has no users in a database; `not_possible`: a name is taken, or a limit is reached; `last_admin`: nobody could edit users any more; `no_audit`: changes are not allowed.',
    schema: Problem,
  },
  503: {
    description:
      '`people_unavailable`: the database of users does not answer; `audit_unavailable`: the audit trail cannot be written, and nothing was done.',
    schema: Problem,
  },
}
