import { chooseRedis, resolvePrefix, resolveTokens } from '../core/options/environment.js'
import { consoleLogger, silentLogger } from '../core/options/logger.js'
import { QuasarError } from '../lib/errors.js'
import { checkOptions } from '../lib/options.js'
import type { PeopleStore, Reader } from '../ports/index.js'
import { memoryDebts } from '../stores/memory/debts.js'
import { redisStore } from '../stores/redis/index.js'
import { authProblem, createZenithServer, isLongSecret, type Zenith } from '../zenith/index.js'
import { alertPartsOf } from './alert-parts.js'
import { openRedis } from './open-redis.js'
import { sharedMemoryStore } from './shared-memory.js'
import { registeredSources } from './shared-queues.js'
import { TRACE_URL_CHECK, ZENITH_CHECKS, type ZenithOptions } from './zenith-options.js'

export type * from '../api/types.js'
export type {
  Authorize,
  BasicAuth,
  BearerAuth,
  FetchContext,
  GithubOptions,
  LinkAuth,
  LoginLink,
  LoginLinkOptions,
  LoginOptions,
  LoginUser,
  NodeHandler,
  OidcOptions,
  PeopleAuth,
  PeopleAuthOptions,
  Role,
  SsoOptions,
  Zenith,
  ZenithAuth,
} from '../zenith/index.js'
export { createLoginLink, hashPassword, toNodeHandler } from '../zenith/index.js'
export type { ZenithOptions }

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
  const { auth, basePath, proxies, interval, slow, queues = [], readOnly, payloads, logger = consoleLogger } = options
  options.archive?.setTokens?.(resolveTokens(options.token, process.env))
  return createZenithServer({
    ...readerOf(options, process.env),
    auth,
    debts: memoryDebts(),
    basePath,
    proxies,
    interval,
    slow,
    sources: () => [...queues, ...registeredSources()],
    readOnly,
    payloads,
    archive: options.archive,
    retention: options.retention,
    archivePayloads: options.archivePayloads,
    people: peopleOf(options),
    onSetup: options.onSetup,
    alerts: alertPartsOf(options, process.env),
    traceUrl: options.traceUrl ?? traceUrlFrom(process.env),
    isDevelopment: process.env.NODE_ENV === 'development',
    secret: secretFrom(process.env),
    logger: logger === false ? silentLogger : logger,
  })
}

function peopleOf({ auth, archive }: ZenithOptions): PeopleStore | undefined {
  if (typeof auth !== 'object' || !('people' in auth)) return undefined
  if (archive?.people) return archive.people()
  throw new QuasarError(
    'invalid_option',
    'Quasar: option "auth" with `people` needs the option "archive": sqliteArchive() or postgresArchive({ url }) stores the users.',
  )
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

/** Settings that look like protection, but are none. */
function tokenProblem({ store, token, requireToken }: ZenithOptions, tokens: readonly string[]): string | null {
  if (requireToken && tokens.length === 0) return '"requireToken" needs the option "token" or QUASAR_TOKEN.'
  if (!store) return null
  if (token !== undefined) return '"token" does nothing for a store of your own: give it to redisStore.'
  return requireToken ? '"requireToken" does nothing for a store of your own: give it to redisStore.' : null
}

function traceUrlFrom({ QUASAR_TRACE_URL: url }: NodeJS.ProcessEnv): string | undefined {
  if (!url) return undefined
  if (TRACE_URL_CHECK.accepts(url)) return url
  throw new QuasarError('invalid_option', `Quasar: QUASAR_TRACE_URL takes ${TRACE_URL_CHECK.takes}.`)
}

function secretFrom(env: NodeJS.ProcessEnv): string | undefined {
  if (!env.QUASAR_SECRET) return undefined
  if (isLongSecret(env.QUASAR_SECRET)) return env.QUASAR_SECRET
  throw new QuasarError('invalid_option', 'Quasar: QUASAR_SECRET takes 16 characters or more.')
}
