import type { Role } from '../../../api/permissions.js'

export interface LoginUser {
  readonly name: string
  /** What `quasar hash-password` or `hashPassword` made of the password: `scrypt:…`. Never the password itself. */
  readonly password: string
  /** @default 'viewer' */
  readonly role?: Role | undefined
}

/** The built-in log-in: a page with name and password, and a signed cookie. */
export interface LoginOptions {
  readonly users: readonly LoginUser[]
  /**
   * What sessions are signed with, 16 characters or more: with one, they outlive a restart and count in several processes.
   * @default QUASAR_SECRET, else random for as long as the process runs
   */
  readonly secret?: string | undefined
  /** How long a log-in lasts, in hours. @default 12 */
  readonly sessionHours?: number | undefined
  /**
   * Whether browsers may send the cookie by https only. `'auto'`: when the log-in came by https, by what the connection,
   * the browser (`Origin`) or a proxy (`X-Forwarded-Proto`) says. @default 'auto'
   */
  readonly secureCookies?: 'auto' | boolean | undefined
}
