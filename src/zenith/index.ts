/** The control plane's server, without a store: `src/runtime/create-zenith.ts` joins the two. */

export { isRole, type Role } from '../api/permissions.js'
export { hashPassword } from '../people/password.js'
export { createLoginLink, type LinkAuth, type LoginLink, type LoginLinkOptions } from './auth/link/link.js'
export type { LoginOptions, LoginUser } from './auth/login/options.js'
export {
  type Authorize,
  authProblem,
  type BasicAuth,
  type BearerAuth,
  isLongSecret,
  type ZenithAuth,
} from './auth/options.js'
export type { PeopleAuth, PeopleAuthOptions } from './auth/people/options.js'
export type { GithubOptions, OidcOptions, SsoOptions } from './auth/sso/options.js'
export type { FetchContext } from './http/context.js'
export { type NodeHandler, toNodeHandler } from './http/node-handler.js'
export { createZenithServer, type Zenith } from './zenith.js'
