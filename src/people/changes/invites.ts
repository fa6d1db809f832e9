import type { Policy } from '../../api/permissions.js'
import type { Directory, Invite } from '../directory.js'
import { PeopleError } from '../errors.js'
import { drop, put } from '../records.js'
import { hashOf, newId, newSecret } from '../secrets.js'
import { hasAppointedAdmin } from './admins.js'
import { addUser, type Change, setPassword, userOf } from './users.js'

const MINUTE_MS = 60_000
/** A link that makes the first admin. */
const SETUP_MS = 15 * MINUTE_MS
/** A link by which a user sets a password. */
const INVITE_MS = 7 * 24 * 60 * MINUTE_MS

/**
 * A link for one use. An older one of the same user, or of the first admin, ends.
 *
 * @param user id; null: for the first admin
 * @returns its secret, which is stored nowhere
 */
export function invite(
  directory: Directory,
  { user, by, policy }: { readonly user: string | null; readonly by: string | null; readonly policy: Policy },
  now: number,
): Change<string> {
  if (user !== null) userOf(directory, user)
  else if (hasAppointedAdmin(directory, policy)) throw new PeopleError('taken', 'There is an admin already.')
  const older = directory.all('invite').filter((one) => one.user === user || one.expiresAt <= now)
  const secret = newSecret()
  const expiresAt = now + (user === null ? SETUP_MS : INVITE_MS)
  const record = put('invite', newId(), { hash: hashOf(secret), user, createdBy: by, createdAt: now, expiresAt })
  return { records: [...older.map(({ id }) => drop('invite', id)), record], result: secret }
}

/** The invitation of a secret. @throws PeopleError `expired` */
export function openInvite(directory: Directory, secret: string, policy: Policy, now: number): Invite {
  const found = directory.invite(hashOf(secret))
  const isOpen = found && found.expiresAt > now && (found.user !== null || !hasAppointedAdmin(directory, policy))
  if (!isOpen || (found.user !== null && !directory.get('user', found.user)))
    throw new PeopleError('expired', 'This link was used already, or has expired. Ask for a new one.')
  return found
}

export interface Acceptance {
  readonly secret: string
  /** Of the first admin; null for others. */
  readonly name: string | null
  /** `scrypt:…` */
  readonly password: string
  readonly policy: Policy
}

/**
 * Uses a link up: its user has this password now. The first admin takes a name, too.
 *
 * @returns the id of the user
 */
export function acceptInvite(
  directory: Directory,
  { secret, name, password, policy }: Acceptance,
  now: number,
): Change<string> {
  const { id, user } = openInvite(directory, secret, policy, now)
  const used = drop('invite', id)
  if (user !== null) {
    const { records, ...rest } = setPassword(directory, user, password)
    return { ...rest, records: [...records, used], result: user }
  }
  const admin = { name: name ?? '', email: null, groups: [], grants: [{ cluster: '*', queues: null, role: 'admin' }] }
  const { records, result } = addUser(directory, { ...admin, password }, now)
  return { records: [...records, used], result }
}
