import { isNetwork } from '../../core/options/networks.js'
import { defined } from '../../lib/defined.js'
import type { OptionCheck } from '../../lib/options.js'
import type { RedisSource } from '../../redis/client.js'
import type { ZenithAuth, ZenithOptions } from '../../runtime/create-zenith.js'
import { isQueueWord, QUEUE_WORDS } from '../../runtime/queue-drivers.js'
import { ENVIRONMENT_CHECK, TRACE_URL_CHECK } from '../../runtime/zenith-options.js'
import { ALERT_OPTIONS, alertsOf } from '../arguments/alerts.js'
import { ARCHIVE_OPTIONS, type ArchiveSettings, archiveSettingsOf } from '../arguments/archive.js'
import { wrongUse } from '../arguments/command.js'
import { list, type OptionSpec, oneOf, type Parsed, text, wholeNumber, yesOrNo } from '../arguments/options.js'
import { SSO_OPTIONS, ssoOf } from '../arguments/sso.js'
import { DEFAULT_REDIS, redisFrom, redisUrl, SECRET_OPTION, tokens, withToken } from '../arguments/values.js'
import { readVariable } from '../arguments/variables.js'
import type { ClusterLook, ClusterSettings } from '../config/clusters.js'

const DEFAULT_PORT = 4_280
const DEFAULT_HOST = '127.0.0.1'
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/

const anything = text(/./, 'a text')

/** Returns the same text, or throws a message with the accepted values. */
function checkedText({ takes, accepts }: OptionCheck): (text: string) => string {
  return (given) => {
    if (accepts(given)) return given
    throw new Error(takes)
  }
}

/** A single `true` is no name of a queue. */
function readOnlyOf(patterns: readonly string[]): true | readonly string[] {
  return patterns.length === 1 && patterns[0] === 'true' ? true : patterns
}

export const ZENITH_OPTIONS = {
  config: {
    value: 'FILE',
    env: 'QUASAR_CONFIG',
    help: 'YAML or JSON file with these settings; options and variables override it',
    read: anything,
  },
  redis: {
    value: 'URL',
    env: 'QUASAR_REDIS_URL',
    help: 'the Redis that your apps report to; also REDIS_URL',
    default: DEFAULT_REDIS,
    read: redisUrl,
  },
  port: {
    value: 'PORT',
    env: 'QUASAR_PORT',
    help: 'port to listen on, 0 for a free one',
    default: String(DEFAULT_PORT),
    read: wholeNumber(0, 65_535, 'a port, 0 to 65535'),
    // Kubernetes sets it in the containers beside a Service named `quasar`.
    foreign: /^(tcp|udp|sctp):\/\//,
  },
  host: {
    value: 'ADDRESS',
    env: 'QUASAR_HOST',
    help: 'address to listen on',
    default: DEFAULT_HOST,
    read: text(/^[\w.:-]+$/, 'an address or a name'),
  },
  prefix: {
    value: 'TEXT',
    env: 'QUASAR_PREFIX',
    help: 'prefix of all keys',
    default: 'gravito:quasar:',
    read: text(/.:$/, 'a text that ends with a colon'),
  },
  'base-path': {
    value: 'PATH',
    env: 'QUASAR_BASE_PATH',
    help: 'path that the proxy in front does not strip, /ops/quasar',
    read: text(/^(\/[\w.~-]+)*\/?$/, 'a path, /ops/quasar'),
  },
  proxies: {
    value: 'LIST',
    env: 'QUASAR_PROXIES',
    isRepeatable: true,
    help: 'trusted proxies for X-Forwarded-Prefix and -For, 127.0.0.1,10.0.0.0/8',
    read: list(isNetwork, 'addresses and networks, comma-separated: 127.0.0.1,10.0.0.0/8'),
  },
  interval: {
    value: 'MS',
    env: 'QUASAR_ZENITH_INTERVAL',
    help: 'how often to read Redis while someone is watching',
    default: '1500',
    read: wholeNumber(50, 3_600_000, 'a number of ms, 50 to 3600000'),
  },
  'auth-user': { value: 'NAME', env: 'QUASAR_AUTH_USER', help: 'user name for the log-in', read: anything },
  'auth-password-hash': {
    value: 'HASH',
    env: 'QUASAR_AUTH_PASSWORD_HASH',
    isSecret: true,
    help: 'its password hash, from quasar hash-password',
    read: text(/^scrypt:/, 'what `quasar hash-password` prints, scrypt:…'),
  },
  people: {
    value: null,
    env: 'QUASAR_PEOPLE',
    help: 'users in the database of the archive; prints a link for the first admin',
    read: yesOrNo,
  },
  ...SSO_OPTIONS,
  bearer: {
    value: 'TOKEN',
    env: 'QUASAR_BEARER',
    isSecret: true,
    help: 'token to accept instead of a log-in',
    read: anything,
  },
  'auth-role': {
    value: 'ROLE',
    env: 'QUASAR_AUTH_ROLE',
    help: 'role: viewer, operator or admin',
    default: 'viewer',
    read: oneOf('viewer', 'operator', 'admin'),
  },
  queues: {
    value: 'LIST',
    env: 'QUASAR_QUEUES',
    isRepeatable: true,
    help: 'queues to connect to, bullmq,gravito-stream',
    read: list(isQueueWord, `names, comma-separated: ${QUEUE_WORDS}`),
  },
  'queues-redis': {
    value: 'URL',
    env: 'QUASAR_QUEUES_REDIS_URL',
    help: 'the Redis with those queues',
    default: 'that of --redis',
    read: redisUrl,
  },
  'read-only': {
    value: 'PATTERN',
    env: 'QUASAR_READ_ONLY',
    isRepeatable: true,
    help: 'queues that nobody can change, mail-*; * for all; true for all but alerts and users',
    read: list(() => true, 'names of queues, comma-separated: mail-*'),
  },
  environment: {
    value: 'WORD',
    env: 'QUASAR_ENVIRONMENT',
    help: 'what the cluster is; production asks before many jobs are removed',
    read: checkedText(ENVIRONMENT_CHECK),
  },
  payloads: {
    value: 'ROLE',
    env: 'QUASAR_PAYLOADS',
    help: 'lowest role that sees payloads of jobs',
    default: 'operator',
    read: oneOf('viewer', 'operator', 'admin'),
  },
  'trace-url': {
    value: 'URL',
    env: 'QUASAR_TRACE_URL',
    help: 'where trace ids lead, https://tracer.example/trace/{traceId}',
    read: checkedText(TRACE_URL_CHECK),
  },
  token: {
    value: 'TOKEN',
    env: 'QUASAR_TOKEN',
    isSecret: true,
    help: 'token that your apps sign with; during a rotation two, comma-separated',
    read: tokens,
  },
  'require-token': {
    value: null,
    env: 'QUASAR_REQUIRE_TOKEN',
    help: 'leaves out records that are not signed with it',
    read: yesOrNo,
  },
  secret: SECRET_OPTION,
  ...ARCHIVE_OPTIONS,
  ...ALERT_OPTIONS,
  open: { value: null, env: 'QUASAR_OPEN', help: 'opens the page in the browser', read: yesOrNo },
  quiet: { value: null, env: 'QUASAR_QUIET', help: 'prints only problems', read: yesOrNo },
} as const satisfies Record<string, OptionSpec<unknown>>

type Values = Parsed<typeof ZENITH_OPTIONS>['values']

export interface ZenithSettings {
  readonly zenith: ZenithOptions & { readonly redis: string }
  /** The queues to open for the option `queues`, and their Redis. */
  readonly queues: { readonly words: readonly string[]; readonly redis: RedisSource }
  /** Null without one. */
  readonly archive: ArchiveSettings | null
  readonly host: string
  readonly port: number
  readonly isLocalOnly: boolean
  /** Where people reach the page; undefined if no option tells. */
  readonly url: string | undefined
  readonly isOpening: boolean
  readonly isQuiet: boolean
  /** Whether no option, variable and file names a Redis. */
  readonly isDefaultRedis: boolean
  /** Undefined: it is that of the environment, or random. */
  readonly secret: string | undefined
  /** How the only cluster is shown. */
  readonly look: ClusterLook
  /** Those of the configuration file, instead of `zenith.redis` and the other options of one cluster; null without. */
  readonly clusters: readonly ClusterSettings[] | null
}

/** What a configuration file has besides options. */
type Clusters = Pick<ZenithSettings, 'look' | 'clusters'>

const ONE_CLUSTER: Clusters = {
  look: { name: undefined, colour: undefined },
  clusters: null,
}

/** @throws Problem when options contradict each other */
export function settingsOf(
  values: Values,
  env: NodeJS.ProcessEnv,
  { look, clusters }: Clusters = ONE_CLUSTER,
): ZenithSettings {
  const auth = authOf(values)
  const { host = DEFAULT_HOST, port = DEFAULT_PORT, prefix, interval, payloads, environment } = values
  const { queues: words = [], 'queues-redis': queuesRedis, 'read-only': readOnly, proxies } = values
  const redis = values.redis ?? redisFrom(env)
  if (!auth && !LOOPBACK.test(host)) {
    throw wrongUse(
      `--host ${host} exposes the page to other machines. Set --people, --auth-user and --auth-password-hash, or --bearer, or leave out --host.`,
    )
  }
  return {
    zenith: {
      redis,
      ...(auth === null ? {} : { auth }),
      ...defined({ prefix, proxies, interval, payloads, environment, traceUrl: values['trace-url'] }),
      ...(readOnly === undefined ? {} : { readOnly: readOnlyOf(readOnly) }),
      ...tokenOf(values),
      basePath: values['base-path'] ?? '',
      alerts: alertOptionsOf(values, env),
    },
    queues: { words, redis: queuesRedis ?? withToken(redis, values.token?.[0]) },
    archive: archiveSettingsOf(values),
    host,
    port,
    isLocalOnly: auth === null,
    url: values.url,
    isOpening: values.open ?? false,
    isQuiet: values.quiet ?? false,
    isDefaultRedis: values.redis === undefined && !readVariable(env, 'REDIS_URL'),
    secret: values.secret,
    look,
    clusters,
  }
}

function alertOptionsOf(values: Values, env: NodeJS.ProcessEnv): NonNullable<ZenithOptions['alerts']> {
  try {
    return alertsOf(values, env)
  } catch (error) {
    throw wrongUse(error instanceof Error ? error.message : String(error))
  }
}

function tokenOf({
  token,
  'require-token': requireToken = false,
}: Values): Pick<ZenithOptions, 'token' | 'requireToken'> {
  if (token) return { token, requireToken }
  if (requireToken) throw wrongUse('--require-token needs --token or QUASAR_TOKEN.')
  return {}
}

function authOf(values: Values): ZenithAuth | null {
  const { 'auth-user': name, 'auth-password-hash': password, bearer, 'auth-role': role } = values
  const sso = ssoOf(values)
  if (values.people) {
    if ([name, password, bearer, role].some((value) => value !== undefined))
      throw wrongUse('--people excludes --auth-user, --auth-password-hash, --auth-role and --bearer.')
    if (values.archive === null) throw wrongUse('--people needs an archive: its database has the users.')
    return { people: { url: values.url, ...(sso && { sso: [sso] }) } }
  }
  if (sso) throw wrongUse('single sign-on (--sso-issuer) takes --people.')
  if (bearer !== undefined && (name !== undefined || password !== undefined)) {
    throw wrongUse('--auth-user and --bearer exclude each other.')
  }
  if (bearer !== undefined) return { bearer, role }
  if (name !== undefined && password !== undefined) return { users: [{ name, password, role }] }
  if (name === undefined && password === undefined) return null
  throw wrongUse('--auth-user and --auth-password-hash need each other.')
}
