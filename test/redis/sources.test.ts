import { inspect } from 'node:util'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { isQuasarError, startQuasar } from '../../src/index.js'
import { bullQueues } from '../../src/queues/bull/index.js'
import { bullmqQueues } from '../../src/queues/bullmq/index.js'
import { gravitoStreamQueues } from '../../src/queues/gravito-stream/index.js'
import { laravelQueues } from '../../src/queues/laravel/index.js'
import { redisListQueues } from '../../src/queues/redis-list/index.js'
import { createZenith } from '../../src/runtime/create-zenith.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { run } from '../cli/command.js'
import { ensureBuilt } from '../support/pack.js'
import { startRedis, type TestRedis } from '../support/redis.js'

/** All that takes a Redis, by what an error calls the value. */
const PLACES: Readonly<Record<string, (redis: never) => unknown>> = {
  'Quasar: option "redis"': (redis) => startQuasar({ service: 'sources', redis, logger: false }),
  'Quasar: option "redis" ': (redis) => createZenith({ redis, auth: 'local' }),
  'redisStore: option "redis"': (redis) => redisStore({ redis }),
  'redisListQueues: option "redis"': (redis) => redisListQueues({ redis, queues: ['mail'] }),
  'gravitoStreamQueues: option "redis"': (redis) => gravitoStreamQueues({ redis }),
  'laravelQueues: option "redis"': (redis) => laravelQueues({ redis }),
  'bullmqQueues: option "connection"': (redis) => bullmqQueues({ connection: redis }),
  'bullQueues: option "redis"': (redis) => bullQueues({ redis }),
}

/** Texts that lead nowhere, and what the error says of them. */
const TEXTS: readonly (readonly [text: string, says: RegExp])[] = [
  ['redis://:s3cret@h/cache', /database is no whole number/],
  ['redis://:s3cret@h?db=one', /database is no whole number/],
  ['redis://:s3cret@h?db=', /database is no whole number/],
  ['redis://:s3cret@h//', /database is no whole number/],
  ['redis://:s3cret@h/-1', /database is no whole number/],
  ['redis://:s3cret@h/1.5', /database is no whole number/],
  ['redis://:s3cret@h/1e1', /database is no whole number/],
  ['redis://:s3cret@h/0x1', /database is no whole number/],
  ['redis://:s3cret@h/1/2', /database is no whole number/],
  ['redis://:s3cret@h/%31', /database is no whole number/],
  ['redis://:s3cret@h/99999999999', /database is no whole number/],
  ['redis://:s3cret@h/1?db=2', /two databases/],
  ['redis://:s3cret@h:99999', /port \(1 to 65535\)/],
  ['redis://:s3cret@h:0', /port is not 1 to 65535/],
  ['redis://:s3cret@h:port', /port \(1 to 65535\)/],
  ['h:99999', /port is not 1 to 65535/],
  ['redis://', /no host/],
  ['redis:///1', /no host/],
  ['redis://:6379', /no host/],
  ['redis://:s3cret@', /no host/],
  ['redis://:s3cret@:6379/1', /no host/],
  ['redis:h', /no redis:\/\//],
  ['redis:/h', /no redis:\/\//],
  ['localhost', /no redis:\/\//],
  ['6379', /no redis:\/\//],
  ['not a url', /space/],
  ['http://:s3cret@h', /scheme/],
  ['rediss+srv://:s3cret@h', /scheme/],
  ['valkey://h', /Valkey/],
  ['', /empty/],
  ['  ', /empty/],
  ['redis://:s3cret@h\n', /line break around/],
  [' redis://:s3cret@h', /space or a line break around/],
  ['redis://:s3cret@h\r', /line break around/],
  ['redis://:s3cret@h\n/1', /line break/],
  ['"redis://:s3cret@h"', /quotes/],
  ["'redis://:s3cret@h'", /quotes/],
  ['redis://::1:6379', /is none/],
  ['redis://[::1:6379', /is none/],
  ['redis://:s3cret%@h', /percent-encod/],
  ['redis://:s3cret%zz@h', /percent-encod/],
  ['redis://:p@ss/s3cret#rd@h', /%23/],
  ['redis://:p@ss/s3cret@h', /%2F/],
  ['redis://:p#s3cret@h', /%23/],
  ['redis://:p?s3cret@h', /%3F/],
  ['redis://user:1/s3cret@h', /%2F/],
  ['redis://user:1?s3cret=2@h', /%3F/],
  ['h:6379@s3cret', /no redis:\/\//],
  ['redis://h?keyPrefix=app:', /keyPrefix/],
  ['redis://h?tls=true', /rediss:\/\//],
  ['unix://run/redis.sock', /not absolute/],
  ['unix://', /not absolute/],
  ['unix:///', /socket is none/],
  ['unix:///run/redis.sock?db=one', /database/],
  ['/', /socket is none/],
]

class Config {}
const nodeRedis = { isOpen: true, isReady: true, options: {}, sendCommand() {}, async connect() {} }

/** Objects that lead nowhere, and what the error says of them. */
const OBJECTS: readonly (readonly [what: string, value: unknown, says: RegExp])[] = [
  ['a client of node-redis', nodeRedis, /node-redis: pass its URL/],
  ['{ url }', { url: 'redis://:s3cret@h' }, /pass the URL itself/],
  ['{ socket }', { socket: { host: 'h' } }, /"host" and "port" stand beside/],
  ['{ connection }', { connection: { host: 'h' } }, /pass what it holds/],
  ['{ rootNodes }', { rootNodes: [] }, /new Cluster/],
  ['a promise', Promise.resolve({ host: 'h' }), /promise: await it/],
  ['the class of ioredis', Redis, /new Redis/],
  ['a function', () => 'redis://h', /new Redis|takes/],
  ['a Map', new Map([['host', 'h']]), /another kind of object/],
  ['a Date', new Date(), /another kind of object/],
  ['an object of a class without fields', new Config(), /another kind of object/],
  ['a URL object', new URL('redis://:s3cret@h'), /url\.href/],
  ['a list of nodes', [{ host: 'h' }], /new Cluster/],
  ['an unknown option', { host: 'h', hostname: 'x' }, /"hostname", which is no option/],
  ['a secret for a name', { 'redis://:s3cret@h': 1 }, /what is no option/],
  ['a number for a host', { host: 5 }, /host is no name/],
  ['an empty host', { host: '' }, /host is no name/],
  ['a URL for a host', { host: 'redis://:s3cret@h' }, /host is no name/],
  ['a bad port', { host: 'h', port: 'six' }, /port is not/],
  ['a port out of range', { host: 'h', port: 99_999 }, /port is not/],
  ['a database by name', { host: 'h', db: 'cache' }, /database is no whole/],
  ['a database that is not a number', { host: 'h', db: Number.NaN }, /database is no whole/],
  ['a database below 0', { host: 'h', db: -1 }, /database is no whole/],
  ['an object for a password', { host: 'h', password: { s3cret: 1 } }, /"password" is no text/],
  ['a number for a path', { path: 5 }, /"path" is no text/],
  ['no Sentinels', { sentinels: [], name: 'm' }, /"sentinels"/],
  ['Sentinels without a group', { sentinels: [{ host: 'h', port: 1 }] }, /need "name"/],
  ['a number for a keyPrefix', { host: 'h', keyPrefix: 5 }, /"keyPrefix" is no text/],
  [
    'a getter that throws',
    {
      get host() {
        throw new Error('s3cret')
      },
    },
    /can't be read/,
  ],
  ['a number', 5, /takes/],
  ['true', true, /takes/],
  ['null', null, /takes/],
]

function problemOf(make: (redis: never) => unknown, value: unknown): unknown {
  try {
    make(value as never)
  } catch (error) {
    return error
  }
  throw new Error(`It was taken: ${inspect(value)}`)
}

function expectRefusal(error: unknown, name: string, says: RegExp): void {
  expect(isQuasarError(error)).toBe(true)
  expect(error).toMatchObject({ code: 'invalid_option', message: expect.stringMatching(says) })
  expect((error as Error).message).toContain(name.trim())
  expect(inspect(error, { depth: 9 })).not.toMatch(/s3cret/)
}

describe.each(Object.entries(PLACES))('%s', (name, make) => {
  it.each(TEXTS)('refuses %j', (text, says) => expectRefusal(problemOf(make, text), name, says))

  it.each(OBJECTS)('refuses %s', (_, value, says) => {
    // The default of a queue source is another thing than a value that leads nowhere.
    expectRefusal(problemOf(make, value), name, says)
  })
})

describe.each(['QUASAR_REDIS_URL', 'REDIS_URL'])('%s', (variable) => {
  afterEach(() => vi.unstubAllEnvs())

  it.each(TEXTS.filter(([text]) => text !== ''))('is named when it is %j', (text, says) => {
    vi.stubEnv('QUASAR_REDIS_URL', '')
    vi.stubEnv(variable, text)
    for (const start of [() => startQuasar({ logger: false }), () => createZenith({ auth: 'local' })])
      expectRefusal(problemOf(start, undefined), `Quasar: ${variable} takes a URL`, says)
  })
})

describe('the command line', () => {
  beforeAll(() => ensureBuilt())

  it.each([
    ['--redis', ['zenith', '--redis', 'redis://:s3cret@h/cache'], {}],
    ['--redis', ['doctor', '--redis', 'redis://:p@ss/s3cret#rd@h'], {}],
    ['--queues-redis', ['zenith', '--queues-redis', 'redis://:s3cret@h//'], {}],
    ['REDIS_URL', ['doctor'], { REDIS_URL: 'redis://:s3cret@h?db=one' }],
    ['QUASAR_REDIS_URL', ['zenith'], { QUASAR_REDIS_URL: '"redis://:s3cret@h"' }],
  ])('names %s: %j', async (name, args, env) => {
    const { code, stderr } = await run(args, { env })
    expect(code).toBe(2)
    expect(stderr).toContain(`: ${name} takes a URL`)
    expect(stderr).not.toContain('s3cret')
  })
})

it.each(['redis://[::1]:6379', 'redis://[::1]', '[::1]:6379'])('takes an address of IPv6: %s', async (redis) => {
  const source = redisListQueues({ redis, queues: ['mail'] })
  expect(source.place).toBe('::1:6379/0')
  await source.close?.()
})

describe('what leads to a Redis', () => {
  let server: TestRedis
  const socket = `/tmp/quasar-sources-${process.pid}.sock`

  beforeAll(async () => {
    server = await startRedis({ args: ['--unixsocket', socket] })
    await server.client().call('acl', 'setuser', 'mail', 'on', '>p@ss/w#r?d:%', '~*', '+@all')
  })
  afterAll(() => server.stop())

  const encoded = encodeURIComponent('p@ss/w#r?d:%')
  it.each<[string, () => unknown, number]>([
    ['a URL', () => `redis://127.0.0.1:${server.port}`, 0],
    ['a URL with a slash at its end', () => `redis://127.0.0.1:${server.port}/`, 0],
    ['a URL with a database', () => `redis://127.0.0.1:${server.port}/3`, 3],
    ['a URL with a database in its query', () => `redis://127.0.0.1:${server.port}?db=4&family=0&protocol=3`, 4],
    ['a scheme in capital letters', () => `REDIS://127.0.0.1:${server.port}/2`, 2],
    ['an encoded password', () => `redis://mail:${encoded}@127.0.0.1:${server.port}/1`, 1],
    ['credentials in the query', () => `redis://127.0.0.1:${server.port}?username=mail&password=${encoded}`, 0],
    ['host and port', () => `127.0.0.1:${server.port}`, 0],
    ['the path of a socket', () => socket, 0],
    ['a URL of a socket', () => `unix://${socket}`, 0],
    ['a URL of a socket with a database', () => `unix://mail:${encoded}@${socket}?db=5`, 5],
    ['another URL of a socket', () => `redis+unix://${socket}`, 0],
    ['options', () => ({ host: '127.0.0.1', port: server.port, db: 6 }), 6],
    ['options of texts', () => ({ host: '127.0.0.1', port: `${server.port}`, db: '7', password: null }), 7],
    ['options of a socket', () => ({ path: socket, db: 1 }), 1],
    [
      'options with more than Quasar needs',
      () => ({ host: '127.0.0.1', port: server.port, maxRetriesPerRequest: null, lazyConnect: true, tls: undefined }),
      0,
    ],
  ])('is %s', async (_, source, db) => {
    const store = redisStore({ redis: source() as string, prefix: 'here:' })
    const admin = server.client({ db })
    await store.removeNode('a', 'b')
    const list = redisListQueues({ redis: source() as string, queues: ['mail'] })
    await admin.rpush('mail', 'one')
    expect((await list.read()).queues[0]).toMatchObject({ error: null, metrics: { waiting: 1 } })
    expect(list.place).toMatch(new RegExp(`/${db}$`))
    await admin.del('mail')
    await Promise.all([store.close(), list.close?.()])
  })
})
