import type { Role } from '../../../api/permissions.js'

export interface LoginUser {
  readonly name: string
  /** The result of `quasar hash-password` or `hashPassword`: `scrypt:…`. Never the password itself. */
  readonly password: string
  /** @default 'viewer' */
  readonly role?: Role | undefined
}

/** The built-in log-in: a page with name and password, and a signed cookie. */
export interface LoginOptions {
  readonly users: readonly LoginUser[]
  /**
   * Signs sessions, at least 16 characters: it makes them survive a restart and valid in several processes.
   * @default QUASAR_SECRET, otherwise random for the lifetime of the process
   */
  readonly secret?: string | undefined
  /** Duration of a session, hours. @default 12 */
  readonly sessionHours?: number | undefined
  /**
   * Whether browsers send the cookie only over https. `'auto'`: if the log-in used https, according to the connection, the browser
   * (`Origin`) or a proxy (`X-Forwarded-Proto`). @default 'auto'
   */
  readonly secureCookies?: 'auto' | boolean | undefined
}
