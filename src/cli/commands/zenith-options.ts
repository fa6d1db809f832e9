import type { ZenithAuth, ZenithOptions } from '../../create-zenith.js'
import { isQueueWord, QUEUE_WORDS } from '../../queue-drivers.js'
import { parseAddress } from '../../redis/address.js'
import type { RedisSource } from '../../redis/client.js'
import { placeAt, withTokenPassword } from '../../redis/target.js'
import { list, type OptionSpec, oneOf, type Parsed, text, wholeNumber, yesOrNo } from '../options.js'
import { wrongUse } from '../problem.js'
import { DEFAULT_REDIS, redisFrom, redisUrl } from '../redis-url.js'
import { tokens } from '../tokens.js'

const DEFAULT_PORT = 4_280
const DEFAULT_HOST = '127.0.0.1'
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/

const anything = text(/./, 'a text')

export const ZENITH_OPTIONS = {
  redis: {
    value: 'URL',
    env: 'QUASAR_REDIS_URL',
    help: `where the recorders report; also REDIS_URL (default ${DEFAULT_REDIS})`,
    read: redisUrl,
  },
  port: {
    value: 'PORT',
    env: 'QUASAR_PORT',
    help: `where it listens, 0 for a free one (default ${DEFAULT_PORT})`,
    read: wholeNumber(0, 65_535, 'a port, 0 to 65535'),
  },
  host: {
    value: 'ADDRESS',
    env: 'QUASAR_HOST',
    help: `of this machine (default ${DEFAULT_HOST})`,
    read: text(/^[\w.:-]+$/, 'an address or a name'),
  },
  prefix: {
    value: 'TEXT',
    env: 'QUASAR_PREFIX',
    help: 'what all keys begin with (default gravito:quasar:)',
    read: text(/.:$/, 'a text that ends with a colon'),
  },
  'base-path': {
    value: 'PATH',
    env: 'QUASAR_BASE_PATH',
    help: 'the path that a proxy in front does not cut off, /ops/quasar',
    read: text(/^(\/[\w.~-]+)*\/?$/, 'a path, /ops/quasar'),
  },
  interval: {
    value: 'MS',
    env: 'QUASAR_ZENITH_INTERVAL',
    help: 'how often Redis is read while somebody looks (default 1500)',
    read: wholeNumber(50, 3_600_000, 'a number of ms, 50 to 3600000'),
  },
  'auth-user': { value: 'NAME', env: 'QUASAR_AUTH_USER', help: 'who may log in', read: anything },
  'auth-password-hash': {
    value: 'HASH',
    env: 'QUASAR_AUTH_PASSWORD_HASH',
    help: 'with what quasar hash-password made of the password',
    read: text(/^scrypt:/, 'what `quasar hash-password` prints, scrypt:…'),
  },
  bearer: {
    value: 'TOKEN',
    env: 'QUASAR_BEARER',
    help: 'instead of a log-in: who sends this token',
    read: anything,
  },
  'auth-role': {
    value: 'ROLE',
    env: 'QUASAR_AUTH_ROLE',
    help: 'what they may: viewer, operator or admin (default viewer)',
    read: oneOf('viewer', 'operator', 'admin'),
  },
  queues: {
    value: 'LIST',
    env: 'QUASAR_QUEUES',
    isRepeatable: true,
    help: 'the queues to look at and act on, bullmq,gravito-stream',
    read: list(isQueueWord, `names between commas: ${QUEUE_WORDS}`),
  },
  'queues-redis': {
    value: 'URL',
    env: 'QUASAR_QUEUES_REDIS_URL',
    help: 'where they are (default the Redis of --redis)',
    read: redisUrl,
  },
  'read-only': {
    value: 'PATTERN',
    env: 'QUASAR_READ_ONLY',
    isRepeatable: true,
    help: 'queues in which nothing may be changed, mail-*; * for all',
    read: list(() => true, 'names of queues between commas, mail-*'),
  },
  payloads: {
    value: 'ROLE',
    env: 'QUASAR_PAYLOADS',
    help: 'the least role that sees payloads of jobs (default operator)',
    read: oneOf('viewer', 'operator', 'admin'),
  },
  token: {
    value: 'TOKEN',
    env: 'QUASAR_TOKEN',
    help: 'what the recorders sign with; two during a rotation, with a comma',
    read: tokens,
  },
  'require-token': {
    value: null,
    env: 'QUASAR_REQUIRE_TOKEN',
    help: 'leaves out what is not signed with it',
    read: yesOrNo,
  },
  open: { value: null, env: 'QUASAR_OPEN', help: 'opens the page in the browser', read: yesOrNo },
  quiet: { value: null, env: 'QUASAR_QUIET', help: 'says only what goes wrong', read: yesOrNo },
} as const satisfies Record<string, OptionSpec<unknown>>

type Values = Parsed<typeof ZENITH_OPTIONS>['values']

export interface ZenithSettings {
  readonly zenith: ZenithOptions & { readonly redis: string }
  /** What is opened for the option `queues`, and where. */
  readonly queues: { readonly words: readonly string[]; readonly redis: RedisSource }
  readonly host: string
  readonly port: number
  readonly isLocalOnly: boolean
  readonly isOpening: boolean
  readonly isQuiet: boolean
}

/** @throws Problem when what was given does not go together */
export function settingsOf(values: Values, env: NodeJS.ProcessEnv): ZenithSettings {
  const auth = authOf(values)
  const { host = DEFAULT_HOST, port = DEFAULT_PORT, prefix, interval, payloads } = values
  const { queues: words = [], 'queues-redis': queuesRedis, 'read-only': readOnly } = values
  const redis = values.redis ?? redisFrom(env)
  if (!auth && !LOOPBACK.test(host)) {
    throw wrongUse(
      `at ${host} others could see it. Say who may by --auth-user and --auth-password-hash, or by --bearer; or leave --host out.`,
    )
  }
  return {
    zenith: {
      redis,
      auth: auth ?? 'local',
      ...(prefix === undefined ? {} : { prefix }),
      ...(interval === undefined ? {} : { interval }),
      ...(readOnly === undefined ? {} : { readOnly }),
      ...(payloads === undefined ? {} : { payloads }),
      ...tokenOf(values),
      basePath: values['base-path'] ?? '',
    },
    queues: { words, redis: queuesRedis ?? withToken(redis, values.token?.[0]) },
    host,
    port,
    isLocalOnly: auth === null,
    isOpening: values.open ?? false,
    isQuiet: values.quiet ?? false,
  }
}

function withToken(redis: string, token: string | undefined): RedisSource {
  const { options, db } = withTokenPassword(placeAt(parseAddress(redis)), token)
  return { ...options, db }
}

function tokenOf({
  token,
  'require-token': requireToken = false,
}: Values): Pick<ZenithOptions, 'token' | 'requireToken'> {
  if (token) return { token, requireToken }
  if (requireToken) throw wrongUse('takes --require-token together with --token, or with QUASAR_TOKEN.')
  return {}
}

function authOf(values: Values): ZenithAuth | null {
  const { 'auth-user': name, 'auth-password-hash': password, bearer, 'auth-role': role } = values
  if (bearer !== undefined && (name !== undefined || password !== undefined)) {
    throw wrongUse('takes a user or a bearer token, not both.')
  }
  if (bearer !== undefined) return { bearer, role }
  if (name !== undefined && password !== undefined) return { users: [{ name, password, role }] }
  if (name === undefined && password === undefined) return null
  throw wrongUse('takes --auth-user and --auth-password-hash together.')
}
