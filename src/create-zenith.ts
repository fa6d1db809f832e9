import { QuasarError } from './core/errors.js'
import { consoleLogger, silentLogger } from './core/logger.js'
import { checkOptions } from './core/option-checks.js'
import { resolvePrefix } from './core/prefix.js'
import { chooseRedis } from './core/redis-option.js'
import { resolveTokens } from './core/tokens.js'
import { openRedis } from './open-redis.js'
import type { Logger, QueueSource, Reader } from './ports.js'
import { sharedMemoryStore } from './shared-memory.js'
import { registeredSources } from './shared-queues.js'
import { redisStore } from './stores/redis.js'
import {
  authProblem,
  createZenithServer,
  isLongSecret,
  type Role,
  type Zenith,
  type ZenithAuth,
} from './zenith/index.js'
import { ZENITH_CHECKS } from './zenith-checks.js'

export type {
  Authorize,
  BasicAuth,
  BearerAuth,
  FetchContext,
  LoginOptions,
  LoginUser,
  NodeHandler,
  Role,
  Zenith,
  ZenithAuth,
} from './zenith/index.js'
export { hashPassword, toNodeHandler } from './zenith/index.js'

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
   * `{ basic: { username, password } }`, `{ bearer: token }`, or `'local'` for this machine itself.
   * @default nobody; this machine itself when NODE_ENV is development
   */
  auth?: ZenithAuth
  /** The path that it is reached under when the server in front does not cut it off, `/quasar`. @default '' */
  basePath?: string
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

/**
 * Creates the control plane: a page, its live stream and its API in one `fetch`.
 *
 * @throws QuasarError `invalid_option`
 * @example app.use('/quasar', toNodeHandler(createZenith())) // Express
 * @example app.mount('/quasar', createZenith().fetch) // Hono
 */
export function createZenith(given: ZenithOptions = {}): Zenith {
  const options = checkOptions('Zenith', given, ZENITH_CHECKS)
  const problem = options.auth === undefined ? null : authProblem(options.auth)
  if (problem) throw new QuasarError('invalid_option', `Quasar: option "auth" ${problem}`)
  const { auth, basePath, interval, slow, queues = [], readOnly, payloads, logger = consoleLogger } = options
  return createZenithServer({
    ...readerOf(options, process.env),
    auth,
    basePath,
    interval,
    slow,
    sources: () => [...queues, ...registeredSources()],
    readOnly,
    payloads,
    isDevelopment: process.env.NODE_ENV === 'development',
    secret: secretFrom(process.env),
    logger: logger === false ? silentLogger : logger,
  })
}

function readerOf(options: ZenithOptions, env: NodeJS.ProcessEnv): { reader: Reader; ownsReader: boolean } {
  const tokens = resolveTokens(options.token, env)
  const problem = tokenProblem(options, tokens)
  if (problem) throw new QuasarError('invalid_option', `Quasar: option ${problem}`)
  if (options.store) return { reader: options.store, ownsReader: false }
  const chosen = chooseRedis(options.redis, env)
  const prefix = resolvePrefix(options.prefix, env)
  if (chosen.redis === false) return { reader: sharedMemoryStore(prefix), ownsReader: false }
  const token = tokens.length > 0 ? tokens : undefined
  return {
    reader: openRedis(redisStore, chosen, { prefix, token, requireToken: options.requireToken }),
    ownsReader: true,
  }
}

/** What would let somebody believe that he is protected, and is not. */
function tokenProblem({ store, token, requireToken }: ZenithOptions, tokens: readonly string[]): string | null {
  if (requireToken && tokens.length === 0) return '"requireToken" needs the option "token" or QUASAR_TOKEN.'
  if (!store) return null
  if (token !== undefined) return '"token" does nothing for a store of your own: give it to redisStore.'
  return requireToken ? '"requireToken" does nothing for a store of your own: give it to redisStore.' : null
}

function secretFrom(env: NodeJS.ProcessEnv): string | undefined {
  if (!env.QUASAR_SECRET) return undefined
  if (isLongSecret(env.QUASAR_SECRET)) return env.QUASAR_SECRET
  throw new QuasarError('invalid_option', 'Quasar: QUASAR_SECRET takes 16 characters or more.')
}
