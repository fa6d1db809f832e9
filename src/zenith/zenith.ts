import { createPolicy, type Role } from '../api/permissions.js'
import type { ClusterInfo, StoreHealth } from '../api/types.js'
import { signingSecret } from '../people/changes/signing-secret.js'
import type { Archive, Debts, Logger, PeopleStore } from '../ports/index.js'
import { asset, index } from './assets/index.js'
import { authenticatorOf } from './auth/authenticator.js'
import { clientAddress } from './auth/guesses/address.js'
import { GuessLimit } from './auth/guesses/limit.js'
import { SharedDebts } from './auth/guesses/shared-debts.js'
import type { ZenithAuth } from './auth/options.js'
import { openCluster, type SharedServices } from './clusters/cluster.js'
import { Clusters, type Routed } from './clusters/clusters.js'
import type { ClusterParts } from './clusters/options.js'
import { originOf } from './http/context.js'
import { secured } from './http/headers.js'
import { isLoopback } from './http/loopback.js'
import { belowMount, cleanBasePath, forwardedPrefix } from './http/mount-path.js'
import { pageUrls } from './http/page-url.js'
import { proxiesIn } from './http/proxies.js'
import { bare, json, problem } from './http/responses.js'
import { routerOf } from './http/router.js'
import { SigningSecret } from './http/signing-secret.js'
import { OPERATIONS } from './operations.js'
import { loginAudit, openPeople } from './people/open-people.js'

export interface ZenithServerOptions {
  /** At least one; the first is home to what belongs to none. */
  clusters: readonly ClusterParts[]
  auth?: ZenithAuth | undefined
  /** Whether this is a development machine: without `auth`, Zenith is open to it alone. */
  isDevelopment: boolean
  /** Of this process: what counts wrong log-ins when the store is away. */
  debts: Debts
  /** What sessions are signed with when `auth` names nothing. */
  secret?: string | undefined
  basePath?: string | undefined
  /** Addresses and networks of proxies whose `X-Forwarded-Prefix` is believed. */
  proxies?: readonly string[] | undefined
  /** Of the monitors, ms. */
  interval?: number | undefined
  /** Threshold of the health score, ms. */
  slow?: number | undefined
  /** The least role that sees the payloads of jobs. */
  payloads?: Role | undefined
  /** Where users are, if `auth` is by people. Closed with Zenith. */
  people?: PeopleStore | undefined
  /** Closed with Zenith: what no cluster has, if users are in it. */
  archive?: Archive | undefined
  /** Gets the path of the link for the first admin, below the mount. @default it is logged */
  onSetup?: ((path: string) => void) | undefined
  /** Absolute URL under which people reach the page. */
  url?: string | null | undefined
  /** URL of a trace in the user's tracer, with `{traceId}`. */
  traceUrl?: string | undefined
  logger?: Logger | undefined
}

/** The control plane: a function from a request to an answer, for any server that speaks `fetch`. */
export interface Zenith {
  /**
   * Answers a request. Never rejects. May be passed on without its object: `app.mount('/quasar', zenith.fetch)`.
   *
   * @param context what the server knows besides: `{ peer, path }`, or node-server's bindings. See `FetchContext`.
   */
  readonly fetch: (request: Request, context?: unknown) => Promise<Response>
  /**
   * Whether a cluster's store answers, and what is wrong when it does not, in words and without secrets. Never rejects.
   *
   * @param cluster id. @default the first one
   */
  readonly health: (cluster?: string) => Promise<StoreHealth>
  /** The clusters, in their configured order. */
  readonly clusters: readonly ClusterInfo[]
  /** Ends the streams, stops reading, and closes the connection if it is Zenith's own. Harmless twice. */
  readonly close: () => Promise<void>
}

const route = routerOf(OPERATIONS, { index, asset })

const INTERVAL_MS = 1_500

/** Serves what clusters report. */
export function createZenithServer(options: ZenithServerOptions): Zenith {
  const { interval = INTERVAL_MS, payloads = 'operator', secret, logger } = options
  const isOneOfSeveral = options.clusters.length > 1
  const policy = createPolicy({ payloads, cluster: null })
  const people = openPeople({
    ...{ auth: options.auth, store: options.people, policy, onSetup: options.onSetup, logger },
    now: () => clusters.home.monitor.now,
  })
  const signing = new SigningSecret(secretOf(options), people && (() => people.change(signingSecret)))
  const all = options.clusters.map((parts) =>
    openCluster({ ...parts, ...{ interval, slow: options.slow, payloads, signing, secret, logger, isOneOfSeveral } }),
  )
  const clusters = new Clusters({ clusters: all, policy, signing, interval })
  const { home } = clusters
  const { act } = home.services.queues
  const debts = new SharedDebts(home.debts, options.debts, logger)
  const limit = new GuessLimit(debts, logger)
  const shared: SharedServices = {
    ...{ clusters: clusters.infos, board: clusters.board, guesses: limit, people, actAtHome: act },
    traceUrl: options.traceUrl,
  }
  const { auth, isDevelopment, proxies = [] } = options
  const isProxy = proxiesIn(proxies)
  const addressOf = clientAddress(proxies.length > 0 ? isProxy : isLoopback)
  const onLogin = loginAudit(act)
  const pageUrlOf = pageUrls({ url: pageUrlIn(options), isProxy })
  const authenticate = authenticatorOf({
    ...{ auth, isDevelopment, signing, debts, logger, limit, addressOf, people, onLogin, pageUrlOf },
  })
  const basePath = cleanBasePath(options.basePath ?? '')
  let closing: Promise<void> | null = null

  async function answer(request: Request, context: unknown): Promise<Response> {
    const url = new URL(request.url)
    const known = originOf(context)
    const origin = { ...known, path: known.path ?? url.pathname }
    // Where a router has cut its part off, it names the path: a proxy may pass on a prefix that its client wrote.
    const isPrefixed = isProxy(known.peer) && origin.path === url.pathname
    const path = belowMount(url.pathname, basePath || (isPrefixed ? forwardedPrefix(request) : ''))
    const authenticated = await authenticate(request, origin, path)
    if (authenticated instanceof Response) return authenticated
    const principal = { ...authenticated, address: addressOf(request, origin) }
    if (closing) return bare(503)
    clusters.prepare()
    const routed = clusters.route(path, principal, shared)
    if (!routed) return problem(404, 'not_found', 'There is no such cluster, or you may not see it.')
    const refusal = request.method === 'POST' ? await refusalOfTwice(routed) : null
    return refusal ?? route({ request, url, origin, principal, path: routed.path, services: routed.services })
  }

  /** A change in a Redis that is two clusters would evade what protects one of them. */
  async function refusalOfTwice({ cluster }: Routed): Promise<Response | null> {
    if (!cluster) return null
    await clusters.places.look()
    const other = clusters.places.sameAs(cluster.info.id)
    if (other === null) return null
    const words = `The clusters ${cluster.info.id} and ${other} are the same Redis with the same prefix: nothing may be changed in either until one is removed.`
    return problem(409, 'same_redis', words)
  }

  async function close(): Promise<void> {
    await clusters.close()
    await people?.close()
    await options.archive?.close()
  }

  return {
    async fetch(request, context) {
      try {
        return secured(await answer(request, context))
      } catch (error) {
        logger?.error(`Zenith could not answer: ${error instanceof Error ? error.message : error}`)
        return secured(json(500, { error: { code: 'internal', message: 'Zenith could not answer.' } }))
      }
    },
    health(id) {
      const cluster = all.find(({ info }) => info.id === id) ?? home
      if (!closing) cluster.prepare()
      return cluster.ping.ask()
    },
    clusters: clusters.infos,
    close() {
      closing ??= close()
      return closing
    },
  }
}

/** Where people reach the page; null if no option has it. */
function pageUrlIn({ auth, url }: ZenithServerOptions): string | null {
  const own = typeof auth === 'object' && 'people' in auth ? auth.people.url : undefined
  return own ?? url ?? null
}

function secretOf({ auth, secret }: ZenithServerOptions): string | undefined {
  const login = typeof auth === 'object' && ('users' in auth ? auth : 'people' in auth ? auth.people : null)
  return (login || null)?.secret ?? secret
}
