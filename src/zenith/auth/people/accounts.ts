import type { User } from '../../../people/directory.js'
import { costlyHash } from '../../../people/password.js'
import type { Bearer, People } from '../../../people/service/people.js'
import { type Principal, principal } from '../../http/principal.js'
import type { Accounts, LoginFrom } from '../login/accounts.js'
import type { Credentials } from '../login/signer.js'

/** A user with a password. */
export type PasswordUser = User & Credentials

/** Users of the database. Their sessions are rows in it, valid on every Zenith. */
export class PeopleAccounts implements Accounts<PasswordUser> {
  readonly hashes = [costlyHash()]
  readonly #people: People

  constructor(people: People) {
    this.#people = people
  }

  get maxAge(): number {
    return Math.floor(this.#people.sessionMs / 1_000)
  }

  async find(name: string): Promise<PasswordUser | null> {
    const user = (await this.#people.directory()).userNamed(name)
    return user && !user.isDisabled && user.password !== null ? { ...user, password: user.password } : null
  }

  start(user: PasswordUser, from: LoginFrom): Promise<string> {
    return this.#people.startSession(user, from)
  }

  async principalOf(session: string | null): Promise<Principal | null> {
    if (session === null) return null
    const look = () => this.#people.bySession(session)
    const bearer = await look()
    if (!bearer) return null
    return { ...principalOf(bearer, bearer.via, look), canLogOut: true }
  }

  async end(session: string): Promise<void> {
    await this.#people.endSession(session)
  }
}

/** @param look asks for the bearer again */
export function principalOf(bearer: Bearer, via: string, look: () => Promise<Bearer | null>): Principal {
  const { name, role, grants, user, session } = bearer
  const rights = JSON.stringify(grants)
  const isStill = () =>
    look().then(
      (now) => now !== null && JSON.stringify(now.grants) === rights,
      // Without the database nothing is known to have changed; new requests are refused meanwhile.
      () => true,
    )
  return { ...principal(name, role, via), grants, account: { id: user?.id ?? null, session, isStill } }
}
