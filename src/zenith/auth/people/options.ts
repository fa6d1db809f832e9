import type { SsoOptions } from '../sso/options.js'

/** Users in the archive's database, with groups, grants, sessions and API tokens. */
export interface PeopleAuth {
  readonly people: PeopleAuthOptions
}

export interface PeopleAuthOptions {
  /**
   * Signs log-in forms and changes, at least 16 characters: the same for several Zeniths. Sessions need none.
   * @default QUASAR_SECRET, otherwise one that the first Zenith stores in the database
   */
  readonly secret?: string | undefined
  /** Duration of a session, hours. @default 12 */
  readonly sessionHours?: number | undefined
  /** Whether browsers send the cookie only over https. @default 'auto': if the log-in used https */
  readonly secureCookies?: 'auto' | boolean | undefined
  /** Providers of single sign-on. Those of OpenID Connect need the package `openid-client`. @default none */
  readonly sso?: readonly SsoOptions[] | undefined
  /**
   * Where people reach the page, for the way back from a provider: `https://zenith.example.com/ops`
   * @default `alerts.url`, else what a proxy of `proxies` reports; on this machine the Host of the request
   */
  readonly url?: string | undefined
}

export const DEFAULT_SESSION_HOURS = 12
