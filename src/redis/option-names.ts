import type { RedisOptions } from 'ioredis'

/** Options of ioredis 6. The type keeps the list complete. */
const OPTIONS: Readonly<Record<keyof RedisOptions, true>> = {
  Connector: true,
  autoPipeliningIgnoredCommands: true,
  autoResendUnfulfilledCommands: true,
  autoResubscribe: true,
  blockingTimeout: true,
  blockingTimeoutGrace: true,
  clientInfoTag: true,
  commandQueue: true,
  commandTimeout: true,
  connectTimeout: true,
  connectionName: true,
  db: true,
  disableClientInfo: true,
  disconnectTimeout: true,
  enableAutoPipelining: true,
  enableOfflineQueue: true,
  enableReadyCheck: true,
  enableTLSForSentinelMode: true,
  failoverDetector: true,
  family: true,
  himportFieldsets: true,
  host: true,
  keepAlive: true,
  keyPrefix: true,
  lazyConnect: true,
  maxLoadingRetryTime: true,
  maxRetriesPerRequest: true,
  monitor: true,
  name: true,
  natMap: true,
  noDelay: true,
  offlineQueue: true,
  password: true,
  path: true,
  port: true,
  preferredSlaves: true,
  protocol: true,
  readOnly: true,
  reconnectOnError: true,
  replyMapping: true,
  retryStrategy: true,
  role: true,
  scripts: true,
  sentinelCommandTimeout: true,
  sentinelMaxConnections: true,
  sentinelPassword: true,
  sentinelReconnectStrategy: true,
  sentinelRetryStrategy: true,
  sentinelTLS: true,
  sentinelUsername: true,
  sentinels: true,
  showFriendlyErrorStack: true,
  socketTimeout: true,
  stringNumbers: true,
  tls: true,
  updateSentinels: true,
  username: true,
}

/** Options that only ioredis 4 or 5 has, those of Node's sockets, and those that BullMQ adds to a connection. */
const OTHERS = new Set([
  'dropBufferSupport',
  'maxScriptsCachingTime',
  'skipVersionCheck',
  'keepAliveInitialDelay',
  'autoSelectFamily',
  'autoSelectFamilyAttemptTimeout',
  'localAddress',
  'localPort',
  'lookup',
  'hints',
  'signal',
  'blockList',
])

export function isKnownOption(name: string): boolean {
  return Object.hasOwn(OPTIONS, name) || OTHERS.has(name)
}

/** The options that ioredis knows, from options that may have others. */
export function knownOptionsOf(given: object): RedisOptions {
  return Object.fromEntries(Object.entries(given).filter(([name]) => isKnownOption(name)))
}
