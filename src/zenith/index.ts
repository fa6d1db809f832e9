/** The control plane's server, without a store: `src/create-zenith.ts` joins the two. */
export { type Authorize, isAuth, type Role, type ZenithAuth } from './auth.js'
export type { FetchContext } from './context.js'
export { type NodeHandler, toNodeHandler } from './node-handler.js'
export { createZenithServer, type Zenith } from './zenith.js'
