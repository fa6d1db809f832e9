/** The control plane's server, without a store: `src/create-zenith.ts` joins the two. */

export { isRole, type Role } from '../api/permissions.js'
export {
  type Authorize,
  authProblem,
  type BasicAuth,
  type BearerAuth,
  isLongSecret,
  type LinkAuth,
  type ZenithAuth,
} from './auth/options.js'
export type { FetchContext } from './context.js'
export { createLoginLink, type LoginLink, type LoginLinkOptions } from './link/link.js'
export type { LoginOptions, LoginUser } from './login/options.js'
export { hashPassword } from './login/password.js'
export { type NodeHandler, toNodeHandler } from './node-handler.js'
export { createZenithServer, type Zenith } from './zenith.js'
