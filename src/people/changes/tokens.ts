import { MAX_TOKENS } from '../../api/people.js'
import type { Directory } from '../directory.js'
import { PeopleError } from '../errors.js'
import { checkName } from '../names.js'
import { drop, put, type RoleGrant } from '../records.js'
import { newId, newToken } from '../secrets.js'
import { checkGrants } from './grants.js'
import type { Change } from './users.js'

export interface NewTokenOptions {
  readonly name: string
  /** Id of the user that it acts for; null: for itself. */
  readonly user: string | null
  readonly grants: readonly RoleGrant[]
  readonly createdBy: string | null
  /** Unix ms; null: it does not expire. */
  readonly expiresAt: number | null
}

/** @returns the token, which is stored nowhere */
export function addToken(
  directory: Directory,
  options: NewTokenOptions,
  now: number,
): Change<{ readonly id: string; readonly token: string }> {
  if (directory.count('token') >= MAX_TOKENS) throw new PeopleError('limit', `There are ${MAX_TOKENS} tokens already.`)
  checkName('token', options.name)
  if (options.grants.length === 0) throw new PeopleError('invalid', 'A token takes at least one grant.')
  checkGrants(directory, options.grants)
  const id = newId()
  const { token, start, hash } = newToken()
  return { records: [put('token', id, { ...options, start, hash, createdAt: now })], result: { id, token } }
}

export function removeToken(directory: Directory, id: string): Change {
  if (!directory.get('token', id)) throw new PeopleError('unknown', 'There is no such token.')
  return { records: [drop('token', id)], result: undefined }
}
