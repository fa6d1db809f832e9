import type { AlertsOptions } from '../alerts/settings/alerts-options.js'
import { MAX_CLUSTERS } from '../api/clusters.js'
import { isEnvironment, MAX_ENVIRONMENT_CHARS } from '../api/safety.js'
import { isTraceUrl } from '../api/trace-url.js'
import type { ClusterColour } from '../api/words.js'
import { isRetention, type Retention } from '../archiver/retention.js'
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
import type { Archive, Logger, QueueSource, Reader } from '../ports/index.js'
import { TOKEN_CHECK } from '../signing/tokens.js'
import { isRole, type Role, type ZenithAuth } from '../zenith/index.js'

/**
 * Options of Zenith, the same for every integration. All are optional. Without `auth`, Zenith is open to this machine alone, and only in
 * development.
 */
export interface ZenithOptions {
  /**
   * Several clusters instead of one: each with its own `redis` or `store`, `prefix`, `token`, `queues`, `readOnly` and `environment`, which are not
   * options of Zenith then. At most 50. All else is shared.
   * @default one, of the other options
   */
  clusters?: readonly ZenithCluster[]
  /**
   * Where the recorders report: a URL (`redis://`, `rediss://`, `unix://`), ioredis options, an ioredis client or Cluster (used as it is
   * and never closed), or `false` for the memory of this process. @default QUASAR_REDIS_URL, else REDIS_URL, else `false`
   */
  redis?: string | object | false
  /** A custom store instead of `redis`; never closed. */
  store?: Reader
  /** Prefix of all keys; ends with a colon. @default 'gravito:quasar:' (QUASAR_PREFIX) */
  prefix?: string
  /**
   * Who has access: `{ users: [{ name, password, role }] }` for a log-in page, a function of the request, `{ basic: { username, password }
   * }`, `{ bearer: token }`, `{ link: createLoginLink() }` for the browser on this machine that opens the link, `{ people: {} }` for users
   * in the database of the archive, or `'local'` for this machine itself.
   * @default no access; this machine itself when NODE_ENV is development
   */
  auth?: ZenithAuth
  /**
   * Gets the path of the link for the first admin, below Zenith, while `auth` is by people and there are none. It works for 15 minutes.
   * @default it is logged
   */
  onSetup?: (path: string) => void
  /** Path that Zenith is reached under when the server in front does not strip it, `/quasar`. @default '' */
  basePath?: string
  /**
   * Addresses and networks of the proxies whose `X-Forwarded-Prefix` and `X-Forwarded-For` are trusted, `['127.0.0.1', '10.0.0.0/8']`. They
   * must set both headers; otherwise they pass on what their clients send. `basePath` needs none. @default none
   */
  proxies?: readonly string[]
  /** How often the store is read while a client is connected, ms, 50 or more. @default 1500 */
  interval?: number
  /** Threshold of the health score, ms: requests with a p95 at or above it cost points. @default 1000 */
  slow?: number
  /**
   * Queue sources, `[bullmqQueues({ connection })]`: Zenith shows their queues even if no service reports them, and acts on all queues that
   * they reach. Never closed. Queues that this process watches (`monitorQueues`) are found without it.
   */
  queues?: readonly QueueSource[]
  /**
   * Queues in which nothing may be changed, by name or key, with `*` for any text; `['*']` for all. True: nothing of the apps may be
   * changed, neither queues nor nodes nor the archive; alerts and users may. @default []
   */
  readOnly?: boolean | readonly string[]
  /**
   * What the cluster is, a word of at most 30 lower-case letters, digits and hyphens: `production`, `staging`, `development`. The page shows it. In
   * `production`, removing many jobs takes the queue's name. @default none
   */
  environment?: string
  /** The lowest role that sees the payloads and results of jobs. @default 'operator' */
  payloads?: Role
  /**
   * URL of a trace in your tracer, with `{traceId}` in place of the id: the page links trace ids to it. http or https, and the placeholder
   * after the host. @default QUASAR_TRACE_URL, else no links
   * @example 'https://tracer.example/trace/{traceId}'
   */
  traceUrl?: string
  /**
   * Verifies that records were signed with this token, and marks those that were not. Two tokens during a rotation. Also the password if
   * `redis` is a URL with a user and no password. @default QUASAR_TOKEN, else none: nothing is verified
   */
  token?: string | readonly string[]
  /** Leaves out records that are not signed with the token, and counts them. @default false */
  requireToken?: boolean
  /**
   * Where history, records and finished jobs are stored for longer than Redis keeps them: `sqliteArchive()` or `postgresArchive({ url })`. Closed with
   * Zenith. @default none
   */
  archive?: Archive
  /** How much the archive keeps. @default see {@link Retention} */
  retention?: Retention
  /**
   * Whether the archive gets the payloads of the finished jobs that it reads from queues. What workers record is up to their
   * `archiveJobs`. @default true
   */
  archivePayloads?: boolean
  /**
   * Rules and receivers of alerts, besides those of the page; `false`: no rules are evaluated. Without a receiver alerts are
   * shown, and not sent. @default the rules that come with Zenith
   */
  alerts?: AlertsOptions | false
  /** Where Zenith writes its few log lines; `false` for nowhere. @default console */
  logger?: Logger | false
}

/** One of several clusters: a Redis with what reports to it, and its queues. */
export interface ZenithCluster
  extends Pick<
    ZenithOptions,
    'redis' | 'store' | 'prefix' | 'queues' | 'readOnly' | 'token' | 'requireToken' | 'environment'
  > {
  /** Lower-case letters, digits and hyphens, at most 24: part of URLs. `default` continues the archive of a Zenith with one cluster. */
  id: string
  /** Name to show. @default the id */
  name?: string
  /** Colour that tells it from others: grey, blue, teal, green, amber, red or violet. @default one of them by its place */
  colour?: ClusterColour
}

/** The path under which Zenith is reached, for every way to mount it. */
export const PATH_CHECK: OptionCheck = {
  takes: 'a path, "/quasar"',
  accepts: (v) => typeof v === 'string' && /^(\/[\w.~-]+)*\/?$/.test(v),
}

/** The option for the user's tracer. */
export const TRACE_URL_CHECK: OptionCheck = {
  takes: 'an http or https URL with {traceId} after its host, "https://tracer.example/trace/{traceId}"',
  accepts: isTraceUrl,
}

/** The option for what the cluster is. */
export const ENVIRONMENT_CHECK: OptionCheck = {
  takes: `a word of at most ${MAX_ENVIRONMENT_CHARS} lower-case letters, digits and hyphens, "production"`,
  accepts: isEnvironment,
}

/** Checks for what each cluster has of its own. */
export const CLUSTER_PARTS = {
  redis: COMMON_CHECKS.redis,
  prefix: COMMON_CHECKS.prefix,
  token: TOKEN_CHECK,
  store: { takes: 'a store', accepts: (v) => isObject(v) && isFunction(v.nodes) },
  queues: { takes: 'a list of queue sources, [bullmqQueues({ connection })]', accepts: (v) => isListOf(v, isSource) },
  readOnly: {
    takes: "true, or a list of names of queues, ['mail-*']",
    accepts: (v) => typeof v === 'boolean' || isListOf(v, isText),
  },
  requireToken: { takes: 'true or false', accepts: (v) => typeof v === 'boolean' },
  environment: ENVIRONMENT_CHECK,
} satisfies OptionChecks<Exclude<keyof ZenithCluster, 'id' | 'name' | 'colour'>>

/** Checks for the options of Zenith. */
export const ZENITH_CHECKS = {
  ...COMMON_CHECKS,
  ...CLUSTER_PARTS,
  clusters: {
    takes: `a list of 1 to ${MAX_CLUSTERS} clusters, [{ id: 'staging', redis: 'redis://…' }]`,
    accepts: (v) => Array.isArray(v) && v.length > 0 && v.length <= MAX_CLUSTERS,
  },
  // The error depends on what is wrong: see `authProblem`.
  auth: { takes: 'who may see it', accepts: () => true },
  onSetup: { takes: 'a function', accepts: isFunction },
  basePath: PATH_CHECK,
  proxies: {
    takes: "a list of addresses and networks, ['127.0.0.1', '10.0.0.0/8']",
    accepts: (v) => isListOf(v, (item) => typeof item === 'string' && isNetwork(item)),
  },
  interval: { takes: 'a number of ms, 50 to 3600000', accepts: (v) => isBetween(v, 50, 3_600_000) },
  slow: { takes: 'a number of ms above 0', accepts: (v) => isBetween(v, Number.MIN_VALUE, Number.MAX_VALUE) },
  archive: {
    takes: 'an archive, sqliteArchive()',
    accepts: (v) => isObject(v) && isFunction(v.write) && isFunction(v.jobs),
  },
  retention: {
    takes: '{ recordDays, jobDays, payloadDays, maxBytes, minFreeShare }: numbers above 0, the share at most 1',
    accepts: isRetention,
  },
  // The error depends on what is wrong: see `readAlertsOptions`.
  alerts: { takes: 'rules and receivers, or false', accepts: () => true },
  archivePayloads: { takes: 'true or false', accepts: (v) => typeof v === 'boolean' },
  payloads: { takes: 'viewer, operator or admin', accepts: isRole },
  traceUrl: TRACE_URL_CHECK,
} satisfies OptionChecks<keyof ZenithOptions>

function isListOf(value: unknown, accepts: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(accepts)
}

function isSource(value: unknown): boolean {
  return isObject(value) && isFunction(value.read) && isText(value.place) && Array.isArray(value.capabilities)
}
