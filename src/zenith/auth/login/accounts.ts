import type { Principal } from '../../http/principal.js'
import type { Credentials } from './signer.js'

/** Where a log-in comes from. */
export interface LoginFrom {
  /** `password`, `link`, or the name of a provider. */
  readonly via: string
  readonly address: string
  /** The browser, as it calls itself. */
  readonly agent: string
}

/** Whose passwords the log-in page checks, and what sessions it begins. Methods reject when their database does not answer. */
export interface Accounts<User extends Credentials = Credentials> {
  /** Duration of a session, seconds. */
  readonly maxAge: number
  /** Hashes of each cost among the users' hashes. */
  readonly hashes: readonly string[]
  find(name: string): Promise<User | null>
  /** @returns the token of a new session */
  start(user: User, from: LoginFrom): Promise<string>
  /** Null if the session is invalid, expired or ended. */
  principalOf(session: string | null): Promise<Principal | null>
  end(session: string): Promise<void>
}
