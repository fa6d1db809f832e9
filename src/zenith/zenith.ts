import { performance } from 'node:perf_hooks'
import type { Sender } from '../alerts/notification.js'
import type { AlertSettings } from '../alerts/settings/options.js'
import type { Role } from '../api/permissions.js'
import { createPolicy } from '../api/permissions.js'
import type { StoreHealth } from '../api/types.js'
import { Archiver } from '../archiver/archiver.js'
import type { ReadAlerts } from '../archiver/feeds/alerts.js'
import type { Retention } from '../archiver/retention.js'
import type { Archive, ControlStore, Debts, Logger, PeopleStore, QueueSource, Reader } from '../ports/index.js'
import { AlertMemory } from './alerts/memory.js'
import { openAlerts } from './alerts/open-alerts.js'
import { LiveTraffic } from './alerts/past/live-traffic.js'
import { type ArchivedQueueLooks, queueLooks } from './archive/queue-looks.js'
import { takingTurns } from './archive/taking-turns.js'
import { asset, index } from './assets/index.js'
import { authenticatorOf } from './auth/authenticator.js'
import { clientAddress } from './auth/guesses/address.js'
import { GuessLimit } from './auth/guesses/limit.js'
import type { ZenithAuth } from './auth/options.js'
import { MonitorService } from './fleet/monitor-service.js'
import { QueueJobRuns } from './fleet/runs/job-runs.js'
import { StreamHub } from './fleet/stream-hub.js'
import { ChangeTokens } from './http/change-tokens.js'
import { originOf } from './http/context.js'
import { secured } from './http/headers.js'
import { isLoopback } from './http/loopback.js'
import { belowMount, cleanBasePath, forwardedPrefix } from './http/mount-path.js'
import { pageUrls } from './http/page-url.js'
import { proxiesIn } from './http/proxies.js'
import { bare, json } from './http/responses.js'
import { routerOf } from './http/router.js'
import { type AllServices, OPERATIONS } from './operations.js'
import { loginAudit, openPeople } from './people/open-people.js'
import { BulkOperations } from './queues/bulk/bulk.js'
import { Failures } from './queues/failures/failures.js'
import { OwnQueueRecorder } from './queues/history/own-recorder.js'
import { QueueHistories } from './queues/history/queue-histories.js'
import { SearchSlots } from './queues/jobs/search-slots.js'
import { matcherOf, queuesOf } from './queues/queues.js'
import { Schedulers } from './queues/schedulers/schedulers.js'
import { Sights } from './sight/sights.js'
import { maskedReader } from './store/masked-reader.js'
import { StorePing } from './store/store-ping.js'

export interface ZenithServerOptions {
  reader: Reader
  /** Whether `close` closes the reader too. */
  ownsReader: boolean
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
  /** ms */
  interval?: number | undefined
  /** ms */
  slow?: number | undefined
  /** Where queues are: asked for at every look, and never closed. */
  sources?: (() => readonly QueueSource[]) | undefined
  /** Names or keys of queues in which nothing may be changed, with `*` for anything. */
  readOnly?: readonly string[] | undefined
  /** The least role that sees the payloads of jobs. */
  payloads?: Role | undefined
  /** Closed with Zenith. */
  archive?: Archive | undefined
  /** Where users are, if `auth` is by people. Closed with Zenith. */
  people?: PeopleStore | undefined
  /** Gets the path of the link for the first admin, below the mount. @default it is logged */
  onSetup?: ((path: string) => void) | undefined
  retention?: Retention | undefined
  /** Whether the payloads of jobs that queues list as finished are archived. @default true */
  archivePayloads?: boolean | undefined
  /** Null: no rules are evaluated. */
  alerts: { readonly settings: AlertSettings; readonly sender: Sender } | null
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
  /** Whether the store answers, and what is wrong when it does not, in words and without secrets. Never rejects. */
  readonly health: () => Promise<StoreHealth>
  /** Ends the streams, stops reading, and closes the connection if it is Zenith's own. Harmless twice. */
  readonly close: () => Promise<void>
}

const route = routerOf(OPERATIONS, { index, asset })

const INTERVAL_MS = 1_500
const SLOW_MS = 1_000
/** Searches of the archive at once: PostgreSQL has four connections, and one is for what else is read and written. */
const ARCHIVE_SEARCHES = 3
/** What could not be prepared is tried again after so long, ms. */
const PREPARE_EVERY_MS = 60_000

/** Serves what a reader reads. */
export function createZenithServer(options: ZenithServerOptions): Zenith {
  const { reader, interval = INTERVAL_MS, slow: slowMs = SLOW_MS, logger } = options
  const { sources = () => [], readOnly = [], payloads = 'operator' } = options
  const masked = maskedReader(reader)
  const monitor = new MonitorService({
    reader: masked,
    interval,
    slowMs,
    sources,
    isReadOnly: matcherOf(readOnly),
    logger,
  })
  const queues = queuesOf({ monitor, store: controlStoreOf(reader), logger })
  const archiver = archiverOf(
    options,
    masked,
    queues.store,
    queueLooks(monitor, () => sources().length > 0),
  )
  archiver?.start()
  const histories = new QueueHistories(masked, (key) => ({
    services: monitor.queues.view(key)?.services ?? [],
    names: monitor.queues.namesOf(key),
  }))
  const live = new LiveTraffic(masked)
  const archive = options.archive ? takingTurns(options.archive) : null
  const { store } = queues
  const alerts =
    options.alerts &&
    openAlerts({
      ...options.alerts,
      ...{ monitor, live, store, histories, archive, archiver, secret: options.secret, logger },
    })
  alerts?.start()
  const policy = createPolicy({ payloads })
  const limit = new GuessLimit(debtsOf(reader), options.debts, logger)
  const people = openPeople({
    ...{ auth: options.auth, store: options.people, policy, onSetup: options.onSetup, logger },
    now: () => monitor.now,
  })
  const hub = new StreamHub(monitor, alerts)
  const bulk = new BulkOperations(queues)
  const failures = new Failures(queues)
  const runs = new QueueJobRuns(masked, {
    viewOf: (key) => monitor.queues.view(key),
    namesOf: (key) => monitor.queues.namesOf(key),
    views: () => monitor.queues.views,
    following: monitor.following,
    aliveOf: monitor.aliveOf,
  })
  const services: AllServices = {
    monitor,
    hub,
    ping: new StorePing(reader),
    queues,
    bulk,
    runs,
    schedulers: new Schedulers(queues),
    failures,
    histories,
    tokens: new ChangeTokens(secretOf(options)),
    searches: new SearchSlots(),
    archiveSearches: new SearchSlots(ARCHIVE_SEARCHES),
    policy,
    queueNamed: queues.view,
    guesses: limit,
    people,
    traceUrl: options.traceUrl,
    archive,
    archiver,
    alerts,
  }
  const sights = new Sights(services)
  const recorder = new OwnQueueRecorder({
    monitor,
    store: queues.store,
    hasSources: () => sources().length > 0,
    logger,
  })
  const { auth, isDevelopment, secret, proxies = [] } = options
  const isProxy = proxiesIn(proxies)
  const addressOf = clientAddress(proxies.length > 0 ? isProxy : isLoopback)
  const onLogin = loginAudit(queues.act)
  const pageUrlOf = pageUrls({ url: pageUrlIn(options), isProxy })
  const authenticate = authenticatorOf({
    ...{ auth, isDevelopment, secret, logger, limit, addressOf, people, onLogin, pageUrlOf },
  })
  const basePath = cleanBasePath(options.basePath ?? '')
  let closing: Promise<void> | null = null
  let prepareAfter = Number.NEGATIVE_INFINITY

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
    prepare()
    return route({ request, url, path, origin, principal, services: sights.of(principal) })
  }

  /** At the first request, and again when the store did not answer: nothing is connected before anybody looks. */
  function prepare(): void {
    recorder.start()
    if (performance.now() < prepareAfter) return
    prepareAfter = performance.now() + PREPARE_EVERY_MS
    queues.store?.migrate?.().catch(() => {})
  }

  async function close(): Promise<void> {
    hub.close()
    sights.close()
    failures.close()
    histories.close()
    live.close()
    runs.close()
    await recorder.close()
    await alerts?.close()
    await archiver?.close()
    await people?.close()
    await options.archive?.close()
    await bulk.close()
    await queues.outbox.close()
    await monitor.close()
    if (options.ownsReader) await reader.close()
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
    health() {
      if (!closing) recorder.start()
      return services.ping.ask()
    },
    close() {
      closing ??= close()
      return closing
    },
  }
}

/** Unlike everything else it works unasked: Redis keeps only an hour. */
function archiverOf(
  options: ZenithServerOptions,
  reader: Reader,
  store: ControlStore | null,
  looks: ArchivedQueueLooks,
): Archiver | null {
  const { archive, retention, archivePayloads = true, logger } = options
  if (!archive) return null
  const alerts = store && storedChanges(store)
  return new Archiver({
    ...{ reader, store, archive, alerts, archivePayloads, logger },
    ...(retention && { retention }),
    ...looks,
  })
}

/** Only what is stored: what a Zenith that dies has not stored yet happens again elsewhere. */
function storedChanges(store: ControlStore): ReadAlerts {
  const memory = new AlertMemory(store)
  return async () => (await memory.read()).shown.events
}

const CONTROL_METHODS = [
  'appendAudit',
  'listAudit',
  'putDocument',
  'listDocuments',
  'deleteDocument',
  'acquireLease',
  'leaseHolder',
  'releaseLease',
  'time',
] as const satisfies readonly (keyof ControlStore)[]

/** A custom reader may lack methods that store Zenith's data. */
function controlStoreOf(reader: Reader & Partial<ControlStore>): ControlStore | null {
  const isComplete = CONTROL_METHODS.every((name) => typeof reader[name] === 'function')
  return isComplete ? (reader as Reader & ControlStore) : null
}

/** Where people reach the page; null if no option has it. */
function pageUrlIn({ auth, alerts }: ZenithServerOptions): string | null {
  const own = typeof auth === 'object' && 'people' in auth ? auth.people.url : undefined
  return own ?? alerts?.settings.url ?? null
}

/** Without it the limits of wrong log-ins count in this process alone. */
function debtsOf(reader: Reader & Partial<Debts>): Debts | null {
  return typeof reader.owe === 'function' ? (reader as Reader & Debts) : null
}

/** With one of their own, all processes take each other's tokens. */
function secretOf({ auth, secret }: ZenithServerOptions): string | undefined {
  return typeof auth === 'object' && 'users' in auth ? (auth.secret ?? secret) : secret
}
