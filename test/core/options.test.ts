import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isDisabled, resolveOptions } from '../../src/core/options/options.js'
import { isQuasarError, type QuasarOptions, startQuasar } from '../../src/index.js'

const bad: [keyof QuasarOptions, unknown][] = [
  ['service', ''],
  ['service', 7],
  ['environment', 'e'.repeat(201)],
  ['redis', true],
  ['store', {}],
  ['prefix', 'quasar'],
  ['interval', 99],
  ['archiveJobs', true],
  ['heartbeatThread', 1],
  ['blockedStack', 'yes'],
  ['livez', 0],
  ['livez', '9090'],
  ['livez', { host: '0.0.0.0' }],
  ['livez', { port: 9_090, maxBlockedMs: 99 }],
  ['livez', { port: 9_090, path: '/healthz' }],
  ['interval', Number.NaN],
  ['interval', '10s'],
  ['slow', -1],
  ['slow', { request: 5 }],
  ['slow', { jobs: [[/x/, 5]] }],
  ['ignore', 5],
  ['ignore', ['/ok', null]],
  ['sample', 1.5],
  ['redact', 'all'],
  ['logger', { info() {} }],
  ['meta', 'text'],
  ['ready', true],
  ['disks', '/'],
  ['enabled', 'no'],
]

describe('a bad option', () => {
  it.each(bad)('%s = %j fails at the start and says what it takes', (option, value) => {
    const start = () => startQuasar({ [option]: value } as QuasarOptions)
    expect(start).toThrow(new RegExp(`^Quasar: option "${option}" takes .+; got .+\\.$`))
    try {
      start()
    } catch (error) {
      expect(isQuasarError(error) && error.code).toBe('invalid_option')
    }
  })

  it.each(['http://localhost', 'localhost', 'redis://host/cache'])('redis = %j says what it takes', (redis) => {
    expect(() => startQuasar({ redis })).toThrow(/^Quasar: option "redis" takes a URL, .+$/)
  })

  it('that does not exist names those that do', () => {
    expect(() => startQuasar({ intervall: 5 } as QuasarOptions)).toThrow(/no option "intervall".*interval/)
  })

  it('never shows the value of a text, which may be a password', () => {
    expect(() => startQuasar({ redis: 'redis//:hunter2@host' })).toThrow(/^((?!hunter2).)*$/)
  })

  it('in QUASAR_ARCHIVE_JOBS is named, too', () => {
    expect(() => resolveOptions({}, { QUASAR_ARCHIVE_JOBS: 'all' })).toThrow(/QUASAR_ARCHIVE_JOBS takes 'off', 'jobs'/)
    expect(resolveOptions({}, { QUASAR_ARCHIVE_JOBS: 'payloads' }).archiveJobs).toBe('payloads')
    expect(resolveOptions({ archiveJobs: 'jobs' }, { QUASAR_ARCHIVE_JOBS: 'payloads' }).archiveJobs).toBe('jobs')
    expect(resolveOptions({}, {}).archiveJobs).toBe('off')
  })

  it('in QUASAR_HEARTBEAT_THREAD and QUASAR_LIVEZ is named, too', () => {
    const livez = (given: string) => resolveOptions({}, { QUASAR_LIVEZ: given }).livez
    expect(() => resolveOptions({}, { QUASAR_HEARTBEAT_THREAD: 'maybe' })).toThrow(/QUASAR_HEARTBEAT_THREAD takes/)
    expect(resolveOptions({}, { QUASAR_HEARTBEAT_THREAD: '1' }).heartbeatThread).toBe(true)
    expect(resolveOptions({ heartbeatThread: false }, { QUASAR_HEARTBEAT_THREAD: '1' }).heartbeatThread).toBe(false)
    for (const given of ['0', '65536', ':9090', 'a b:9090', '9090/livez'])
      expect(() => livez(given)).toThrow(/QUASAR_LIVEZ takes a port/)
    expect(livez('9090')).toEqual({ host: '127.0.0.1', port: 9_090, maxBlockedMs: 30_000 })
    expect(livez('0.0.0.0:9090')).toMatchObject({ host: '0.0.0.0', port: 9_090 })
    expect(livez('[::1]:9090')).toMatchObject({ host: '::1', port: 9_090 })
    expect(resolveOptions({}, {})).toMatchObject({ heartbeatThread: false, blockedStack: false, livez: null })
  })

  it('in QUASAR_INTERVAL is named, too', () => {
    expect(() => resolveOptions({}, { QUASAR_INTERVAL: 'soon' })).toThrow(/QUASAR_INTERVAL takes/)
  })
})

describe('options that are left out', () => {
  it('come from the environment', () => {
    const env = {
      QUASAR_SERVICE: 'shop',
      QUASAR_ENVIRONMENT: 'staging',
      QUASAR_REDIS_URL: 'redis://one',
      REDIS_URL: 'redis://two',
      QUASAR_PREFIX: 'q:',
      QUASAR_INTERVAL: '2000',
    }
    expect(resolveOptions({}, env)).toMatchObject({
      service: 'shop',
      environment: 'staging',
      redis: 'redis://one',
      prefix: 'q:',
      interval: 2_000,
    })
    expect(resolveOptions({ service: 'mine' }, env).service).toBe('mine')
  })

  it('have defaults', () => {
    expect(resolveOptions({}, { NODE_ENV: 'production', REDIS_URL: 'redis://two' })).toMatchObject({
      environment: 'production',
      redis: 'redis://two',
      prefix: 'gravito:quasar:',
      interval: 10_000,
      sample: 1,
    })
    expect(resolveOptions({}, {}).redis).toBe(false)
  })

  it('take the name and version of the app from its package.json', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'quasar-app-'))
    await writeFile(join(folder, 'package.json'), '{"name":"@acme/shop","version":"4.5.6"}')
    const script = process.argv[1]
    process.argv[1] = join(folder, 'dist', 'main.js')
    try {
      expect(resolveOptions({}, {})).toMatchObject({ service: '@acme/shop', appVersion: '4.5.6' })
    } finally {
      process.argv[1] = script as string
      await rm(folder, { recursive: true })
    }
  })

  it('give each recorder a node id of its own', () => {
    expect(resolveOptions({}, {}).node).not.toBe(resolveOptions({}, {}).node)
  })
})

describe('thresholds', () => {
  const slow = { requests: 500, jobs: [[/^reports:/, 60_000], ['mail:*', 200], 5_000] } as const

  it('are tried in order', () => {
    const { slowRequest, slowJob } = resolveOptions({ slow: slow as unknown as NonNullable<QuasarOptions['slow']> }, {})
    expect(slowRequest('GET /x')).toBe(500)
    expect(slowJob('reports:daily')).toBe(60_000)
    expect(slowJob('mail:welcome')).toBe(200)
    expect(slowJob('other')).toBe(5_000)
  })

  it('of one number are for both kinds, and false is never', () => {
    expect(resolveOptions({ slow: 7 }, {}).slowJob('x')).toBe(7)
    const { slowRequest, slowJob } = resolveOptions({ slow: [['GET /x', 50], 9] }, {})
    expect([slowRequest('GET /x'), slowJob('GET /x'), slowRequest('GET /y'), slowJob('y')]).toEqual([50, 50, 9, 9])
    expect(resolveOptions({ slow: false }, {}).slowRequest('x')).toBe(Number.POSITIVE_INFINITY)
  })

  it('match a request by its name and by its path', () => {
    const rules = (pattern: string) => resolveOptions({ slow: { requests: [[pattern, 1], 9] } }, {}).slowRequest
    expect(rules('GET /a')('GET /a', '/a')).toBe(1)
    expect(rules('/a')('GET /a', '/a')).toBe(1)
    expect(rules('/b')('GET /a', '/a')).toBe(9)
  })
})

describe('QUASAR_DISABLED', () => {
  it.each(['1', 'true', 'YES', 'on'])('%s switches off', (value) => {
    expect(isDisabled({}, { QUASAR_DISABLED: value })).toBe(true)
  })

  it.each(['', '0', 'false'])('%j does not', (value) => {
    expect(isDisabled({}, { QUASAR_DISABLED: value })).toBe(false)
  })

  it('gives no-ops that look at no option', () => {
    process.env.QUASAR_DISABLED = '1'
    try {
      const quasar = startQuasar({ interval: 1 })
      expect(quasar.status().enabled).toBe(false)
      expect(quasar.run('x', () => 5)).toBe(5)
      quasar.captureException(new Error('x'))
    } finally {
      delete process.env.QUASAR_DISABLED
    }
  })
})
