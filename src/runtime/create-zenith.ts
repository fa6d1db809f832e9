import { chooseRedis, resolvePrefix, resolveTokens } from '../core/options/environment.js'
import { consoleLogger, silentLogger } from '../core/options/logger.js'
import { QuasarError } from '../lib/errors.js'
import type { PeopleStore, Reader } from '../ports/index.js'
import { memoryDebts } from '../stores/memory/debts.js'
import { redisStore } from '../stores/redis/index.js'
import { createZenithServer, isLongSecret, type Zenith } from '../zenith/index.js'
import { alertPartsOf } from './alert-parts.js'
import { checkedOptions } from './checked-options.js'
import { clustersIn, type GivenCluster } from './clusters.js'
import { openRedis } from './open-redis.js'
import { sharedMemoryStore } from './shared-memory.js'
import { registeredSources } from './shared-queues.js'
import { TRACE_URL_CHECK, type ZenithCluster, type ZenithOptions } from './zenith-options.js'

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
export type { ZenithCluster, ZenithOptions }

/**
 * Creates the control plane: a page, its live stream and its API in one `fetch`.
 *
 * @throws QuasarError `invalid_option`
 * @example app.use('/quasar', toNodeHandler(createZenith())) // Express
 * @example app.mount('/quasar', createZenith().fetch) // Hono
 */
export function createZenith(given: ZenithOptions = {}): Zenith {
  const options = checkedOptions(given)
  const { auth, basePath, proxies, interval, slow, payloads, logger = consoleLogger } = options
  const clusters = clustersIn(options, process.env)
  const alerts = alertPartsOf(options, process.env)
  return createZenithServer({
    clusters: clusters.map((cluster) => ({ ...partsOf(cluster, options), alerts })),
    archive: clusters.some(({ archive }) => archive === options.archive) ? undefined : options.archive,
    auth,
    debts: memoryDebts(),
    basePath,
    proxies,
    interval,
    slow,
    payloads,
    people: peopleOf(options),
    onSetup: options.onSetup,
    url: alerts?.settings.url,
    traceUrl: options.traceUrl ?? traceUrlFrom(process.env),
    isDevelopment: process.env.NODE_ENV === 'development',
    secret: secretFrom(process.env),
    logger: logger === false ? silentLogger : logger,
  })
}

function partsOf({ info, options, archive }: GivenCluster, { retention, archivePayloads, clusters }: ZenithOptions) {
  const { queues = [], readOnly, token } = options
  archive?.setTokens?.(resolveTokens(token, process.env))
  return {
    ...info,
    ...readerOf(options, process.env),
    // Queues that this process watches are those of the Redis that it reports to, which may be any of several.
    sources: () => (clusters ? queues : [...queues, ...registeredSources()]),
    ...{ readOnly, archive, retention, archivePayloads },
  }
}

function peopleOf({ auth, archive }: ZenithOptions): PeopleStore | undefined {
  if (typeof auth !== 'object' || !('people' in auth)) return undefined
  if (archive?.people) return archive.people()
  throw new QuasarError(
    'invalid_option',
    'Quasar: option "auth" with `people` needs the option "archive": sqliteArchive() or postgresArchive({ url }) stores the users.',
  )
}

function readerOf(options: ZenithCluster, env: NodeJS.ProcessEnv): { reader: Reader; ownsReader: boolean } {
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
function tokenProblem({ store, token, requireToken }: ZenithCluster, tokens: readonly string[]): string | null {
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
