import { afterAll, beforeAll, describe } from 'vitest'
import { redisStore } from '../../src/stores/redis/index.js'
import { speakHttp2 } from '../support/ask.js'
import { isWhole } from '../support/extent.js'
import { type AppConfig, type Host, type OpenApp, startHost } from '../support/hosts.js'
import { exceptions, type Recorded, recordedBy, slowEntries } from '../support/recorded.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import type { HostRuntime } from '../support/runtimes.js'
import { answerCases } from './http-adapter/answers.js'
import { breakCases } from './http-adapter/breaks.js'
import { connectionCases } from './http-adapter/connections.js'
import { endingCases } from './http-adapter/endings.js'
import { failureCases } from './http-adapter/failures.js'
import { lifeCases } from './http-adapter/life.js'
import { routeCases } from './http-adapter/routes.js'
import { slowCases } from './http-adapter/slow.js'

/** A server of test/hosts, and what its framework has of its own. */
export interface HttpHost {
  /** `express5/server.mjs` */
  readonly file: string
  readonly args?: readonly string[]
  /** Whether it speaks HTTP/2 without TLS. */
  readonly http2?: boolean
  /** @default 'node' */
  readonly runtime?: HostRuntime
  /** What its server tells nobody. */
  readonly untold?: readonly ('last byte' | 'left in the body' | 'left in the upload')[]
  /** What the heartbeat calls it. */
  readonly framework: string
  /** The series of `/admin/:section` when its guard refuses: the route, or the mount of the guard. */
  readonly guarded: string
  /** The series of a middleware that answers everything under `/mounted` itself. */
  readonly mounted: string
  /** The series of a `POST /orders` whose body is no JSON. */
  readonly unparsable: string
  /** The series of a WebSocket on `/refused`. @default '(unmatched)' */
  readonly refused?: string
  /** What that client is told. @default 401 */
  readonly refusal?: number
}

export type Reported = Recorded & {
  readonly slow: Awaited<ReturnType<typeof slowEntries>>
  readonly exceptions: Awaited<ReturnType<typeof exceptions>>
}

/** What the cases work with. */
export interface Bench {
  readonly host: HttpHost
  /** Starts another process of the same host. */
  start(env: NodeJS.ProcessEnv): Promise<Host>
  /** Opens an app of a service of its own, lets it be used, closes it, and reads what it reported. */
  report(config: AppConfig, use: (app: OpenApp, service: string) => Promise<unknown>): Promise<Reported>
  /** Opens an app that the test closes itself. */
  open(config: AppConfig): Promise<OpenApp>
  read(service: string): Promise<Reported>
  newService(): string
  redis(): TestRedis
  reader(): ReturnType<typeof redisStore>
}

const SHORT = [routeCases, failureCases, endingCases]
const WHOLE = [...SHORT, slowCases, lifeCases, answerCases]

type Length = 'short' | 'whole'

/** Older versions and other protocols are tried in the short form, unless everything is tried whole. */
export function lengthOf(name: string, newest: string): Length {
  return isWhole || name === newest ? 'whole' : 'short'
}

/**
 * What every HTTP integration does, seen from outside: real requests to a process of its own, and what is in Redis then.
 *
 * @param length the short form leaves out what depends on neither the runtime nor the version
 */
export function httpConformance(name: string, host: HttpHost, length: Length = 'whole'): void {
  describe(name, () => {
    const bench = useBench(host)
    for (const cases of length === 'short' ? SHORT : WHOLE) cases(bench)
    // Not tried on other runtimes than Node.
    if (host.runtime || length === 'short') return
    breakCases(bench)
    connectionCases(bench)
  })
}

interface Shared<T> {
  value: Promise<T> | null
  /** Of those that are to come. */
  users: number
}

/** What the benches of a file have in common: a process for each host, and one Redis. */
const hosts = new Map<string, Shared<Host>>()
const servers: Shared<{ redis: TestRedis; reader: ReturnType<typeof redisStore> }> = { value: null, users: 0 }
let last = 0

/** Takes part in what is shared from the first of its users to the last. */
function share<T>(shared: Shared<T>, start: () => Promise<T>, end: (value: T) => Promise<unknown>): () => Promise<T> {
  shared.users += 1
  afterAll(async () => {
    shared.users -= 1
    if (shared.users > 0 || !shared.value) return
    const { value } = shared
    shared.value = null
    await end(await value)
  })
  return () => {
    shared.value ??= start()
    return shared.value
  }
}

async function startServers() {
  const redis = await startRedis()
  return { redis, reader: redisStore({ redis: redis.url }) }
}

/** The bench for cases that only one framework has. Benches of one host share its process. */
export function useBench(host: HttpHost): Bench {
  let redis: TestRedis
  let running: Host
  let reader: ReturnType<typeof redisStore>
  const { file, args, http2, runtime } = host
  const key = JSON.stringify([file, args, http2, runtime])
  const shared = hosts.get(key) ?? { value: null, users: 0 }
  hosts.set(key, shared)
  const serversOnce = share(servers, startServers, async (all) => {
    await all.reader.close()
    await all.redis.stop()
  })
  const hostOnce = share(
    shared,
    () => startOne(host),
    (one) => one.end(),
  )
  beforeAll(async () => {
    const all = await serversOnce()
    redis = all.redis
    reader = all.reader
    running = await hostOnce()
  })
  const bench: Bench = {
    host,
    start: (env) => startOne(host, env),
    open: (config) => running.open({ ...config, options: { redis: redis.url, interval: 100, ...config.options } }),
    async report(config, use) {
      const service = config.options?.service ?? bench.newService()
      const app = await bench.open({ ...config, options: { service, ...config.options } })
      try {
        await use(app, service)
      } finally {
        await app.close()
      }
      return bench.read(service)
    },
    read: async (service) => ({
      ...(await recordedBy(reader, service)),
      slow: await slowEntries(reader, service),
      exceptions: await exceptions(reader, service),
    }),
    newService: () => `app-${++last}`,
    redis: () => redis,
    reader: () => reader,
  }
  return bench
}

async function startOne({ file, args, http2, runtime }: HttpHost, env?: NodeJS.ProcessEnv): Promise<Host> {
  const started = await startHost(file, args, env, runtime)
  if (!http2) return started
  const open: Host['open'] = async (config) => {
    const app = await started.open(config)
    const endHttp2 = speakHttp2(app.port)
    return { ...app, close: () => app.close().finally(endHttp2) }
  }
  return { ...started, open }
}

/** How often each series was counted. */
export function counts(recorded: Recorded): Record<string, number> {
  return Object.fromEntries([...recorded.routes].map(([key, { count }]) => [key, count]))
}
