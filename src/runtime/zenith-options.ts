import { isNetwork } from '../core/options/networks.js'
import {
  COMMON_CHECKS,
  isBetween,
  isFunction,
  isObject,
  isText,
  type OptionCheck,
  type OptionChecks,
} from '../lib/options.js'
import type { Logger, QueueSource, Reader } from '../ports/index.js'
import { TOKEN_CHECK } from '../signing/tokens.js'
import { isRole, type Role, type ZenithAuth } from '../zenith/index.js'

/** Options of Zenith, the same for every form. All may be left out; without `auth` it is open to this machine alone, and only in development. */
export interface ZenithOptions {
  /**
   * Where the recorders report: a URL (`redis://`, `rediss://`, `unix://`), ioredis options, an ioredis client or Cluster (used as it
   * is and never closed), or `false` for the memory of this process. @default QUASAR_REDIS_URL, else REDIS_URL, else `false`
   */
  redis?: string | object | false
  /** A store of your own in place of `redis`; never closed. */
  store?: Reader
  /** What all keys begin with; ends with a colon. @default 'gravito:quasar:' (QUASAR_PREFIX) */
  prefix?: string
  /**
   * Who may see it: `{ users: [{ name, password, role }] }` for a log-in page, a function of the request,
   * `{ basic: { username, password } }`, `{ bearer: token }`, `{ link: createLoginLink() }` for the browser of this machine that
   * opens the link, or `'local'` for this machine itself.
   * @default nobody; this machine itself when NODE_ENV is development
   */
  auth?: ZenithAuth
  /** The path that it is reached under when the server in front does not cut it off, `/quasar`. @default '' */
  basePath?: string
  /**
   * Addresses and networks of the proxies whose `X-Forwarded-Prefix` and `X-Forwarded-For` are believed, `['127.0.0.1', '10.0.0.0/8']`: they
   * have to set both, or pass on what their clients say. `basePath` needs none. @default none
   */
  proxies?: readonly string[]
  /** How often the store is read while somebody looks, ms, 50 or more. @default 1500 */
  interval?: number
  /** What the health score takes for slow, ms: p95 of the requests at or above it costs points. @default 1000 */
  slow?: number
  /**
   * Where queues are, `[bullmqQueues({ connection })]`: shows those that no service reports, and acts on all that they lead to.
   * Never closed. What this process itself watches (`monitorQueues`) is found without.
   */
  queues?: readonly QueueSource[]
  /** Queues in which nothing may be changed, by name or key, with `*` for anything; `['*']` for all. @default [] */
  readOnly?: readonly string[]
  /** The least role that sees the payloads and results of jobs. @default 'operator' */
  payloads?: Role
  /**
   * Verifies that what is read was signed with it by those who report, and marks what was not. During a rotation two. Also the
   * password where `redis` is a URL with a user and none. @default QUASAR_TOKEN, else none: nothing is verified
   */
  token?: string | readonly string[]
  /** Leaves out what is not signed with the token, and says how much that is. @default false */
  requireToken?: boolean
  /** Where the few lines of Zenith's own go; `false` for nowhere. @default console */
  logger?: Logger | false
}

/** Where Zenith is reached, whoever mounts it. */
export const PATH_CHECK: OptionCheck = {
  takes: 'a path, "/quasar"',
  accepts: (v) => typeof v === 'string' && /^(\/[\w.~-]+)*\/?$/.test(v),
}

/** What the options of Zenith take. */
export const ZENITH_CHECKS = {
  ...COMMON_CHECKS,
  token: TOKEN_CHECK,
  store: { takes: 'a store', accepts: (v) => isObject(v) && isFunction(v.nodes) },
  // Its words depend on what is wrong: `authProblem` has them.
  auth: { takes: 'who may see it', accepts: () => true },
  basePath: PATH_CHECK,
  proxies: {
    takes: "a list of addresses and networks, ['127.0.0.1', '10.0.0.0/8']",
    accepts: (v) => isListOf(v, (item) => typeof item === 'string' && isNetwork(item)),
  },
  interval: { takes: 'a number of ms, 50 to 3600000', accepts: (v) => isBetween(v, 50, 3_600_000) },
  slow: { takes: 'a number of ms above 0', accepts: (v) => isBetween(v, Number.MIN_VALUE, Number.MAX_VALUE) },
  queues: { takes: 'a list of queue sources, [bullmqQueues({ connection })]', accepts: (v) => isListOf(v, isSource) },
  readOnly: { takes: "a list of names of queues, ['mail-*']", accepts: (v) => isListOf(v, isText) },
  requireToken: { takes: 'true or false', accepts: (v) => typeof v === 'boolean' },
  payloads: { takes: 'viewer, operator or admin', accepts: isRole },
} satisfies OptionChecks<keyof ZenithOptions>

function isListOf(value: unknown, accepts: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(accepts)
}

function isSource(value: unknown): boolean {
  return isObject(value) && isFunction(value.read) && isText(value.place) && Array.isArray(value.capabilities)
}
