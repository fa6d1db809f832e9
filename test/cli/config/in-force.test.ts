import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { FIELD_OF } from '../../../src/cli/commands/zenith-fields.js'
import { ZENITH_OPTIONS } from '../../../src/cli/commands/zenith-options.js'
import { blocksOf } from '../../support/docs-blocks.js'
import { fileWith, inForce, settings } from './files.js'

const HASH = `scrypt:16384:8:1:${'s'.repeat(22)}:${'h'.repeat(43)}`

test('every option has a field', () => {
  expect(Object.keys(FIELD_OF).sort()).toEqual(
    Object.keys(ZENITH_OPTIONS)
      .filter((name) => name !== 'config')
      .sort(),
  )
  const paths = Object.values(FIELD_OF).map(([path]) => path)
  expect(new Set(paths).size).toBe(paths.length)
})

test('the command line goes first, then variables, the file, and defaults', () => {
  const content = 'listen:\n  port: 1\ninterval: 100\nprefix: "file:"\n'
  const env = { QUASAR_PORT: '2', QUASAR_ZENITH_INTERVAL: '200' }
  const { port, host, zenith } = settings(content, { env, args: ['--port', '3'] })
  expect([port, zenith.interval, zenith.prefix, host]).toEqual([3, 200, 'file:', '127.0.0.1'])
})

test('REDIS_URL counts after the file', () => {
  const env = { REDIS_URL: 'redis://variable' }
  expect(settings('redis: redis://file', { env }).zenith.redis).toBe('redis://file')
  expect(settings('open: true', { env }).zenith.redis).toBe('redis://variable')
  expect([settings('open: true', { env }), settings('open: true')].map((one) => one.isDefaultRedis)).toEqual([
    false,
    true,
  ])
  expect(inForce('open: true', { env }).redis).toBe('redis://variable from REDIS_URL')
  expect(inForce('redis: redis://file', { env }).redis).toBe('redis://file from line 1')
})

test('fields are what their options are', () => {
  const path = fileWith('{}', 'alerts.json')
  const { zenith, queues, archive, ...rest } = settings(`
listen: { host: 0.0.0.0, port: 0, basePath: /ops, proxies: [127.0.0.1, 10.0.0.0/8] }
url: https://ops.example
redis: redis://one
prefix: 'mine:'
token: [the-first-token-of-two, the-second-token-of-two]
requireToken: true
queues: [bullmq, 'redis-list=a+b']
queuesRedis: redis://two
readOnly: ['mail-*', sms]
interval: 100
payloads: viewer
traceUrl: https://tracer.example/{traceId}
secret: a-secret-of-the-file
auth: { user: ada, passwordHash: '${HASH}', role: operator }
archive: { place: ./here, days: 1, payloadDays: 2, payloads: false, maxBytes: 5GB }
alerts: { file: '${path}', smtp: smtps://a:b@mail.example, smtpFrom: a@b.example, networks: [10.1.0.0/16] }
name: Shop
colour: teal
environment: staging
open: true
quiet: true
`)
  expect(rest).toEqual({
    host: '0.0.0.0',
    port: 0,
    isLocalOnly: false,
    url: 'https://ops.example',
    isOpening: true,
    isQuiet: true,
    isDefaultRedis: false,
    secret: 'a-secret-of-the-file',
    look: { name: 'Shop', colour: 'teal' },
    clusters: null,
  })
  expect(queues).toEqual({ words: ['bullmq', 'redis-list=a+b'], redis: 'redis://two' })
  expect(archive).toMatchObject({ place: { dir: './here' }, archivePayloads: false, isDefault: false })
  expect(archive?.retention).toEqual({ recordDays: 1, jobDays: 1, payloadDays: 2, maxBytes: 5e9 })
  expect(zenith).toMatchObject({
    redis: 'redis://one',
    environment: 'staging',
    prefix: 'mine:',
    token: ['the-first-token-of-two', 'the-second-token-of-two'],
    requireToken: true,
    readOnly: ['mail-*', 'sms'],
    interval: 100,
    payloads: 'viewer',
    traceUrl: 'https://tracer.example/{traceId}',
    basePath: '/ops',
    proxies: ['127.0.0.1', '10.0.0.0/8'],
    auth: { users: [{ name: 'ada', role: 'operator' }] },
    alerts: { url: 'https://ops.example', smtp: { from: 'a@b.example' }, allowedNetworks: ['10.1.0.0/16'] },
  })
})

test('single sign-on is a group', () => {
  const { zenith } = settings(`
auth:
  people: true
  sso: { issuer: https://id.example, clientId: zenith, clientSecret: horse, scopes: [openid, groups], logout: false }
`)
  expect(zenith.auth).toMatchObject({
    people: {
      sso: [{ issuer: 'https://id.example', scopes: ['openid', 'groups'], logout: false, name: 'id.example' }],
    },
  })
})

test('readOnly: true is all that belongs to the apps', () => {
  expect(settings('readOnly: true').zenith.readOnly).toBe(true)
})

describe('what is in force', () => {
  it('has every setting, with where it comes from', () => {
    const rows = inForce('listen:\n  port: 81\ntoken: the-token-of-the-file\nname: Shop', {
      env: { QUASAR_PREFIX: 'mine:', QUASAR_BEARER_FILE: fileWith('horse\n') },
    })
    expect(rows).toMatchObject({
      'listen.port': '81 from line 2',
      'listen.host': '127.0.0.1 from default',
      token: '*** from line 3',
      prefix: 'mine: from QUASAR_PREFIX',
      'auth.bearer': '*** from QUASAR_BEARER_FILE',
      name: 'Shop from line 4',
      redis: 'redis://localhost:6379 from default',
      quiet: 'false from default',
      url: 'null from default',
    })
    for (const [path] of Object.values(FIELD_OF)) expect(rows).toHaveProperty([path])
  })

  it('is refused for a hash that Zenith would refuse', () => {
    expect(() => inForce('auth: { user: ada, passwordHash: "scrypt:horse" }')).toThrow(/hash-password/)
  })
})

describe('docs/configuration.md', () => {
  const env = {
    SHOP_REDIS_URL: 'redis://shop.internal',
    SHOP_TOKEN: 'the-token-of-the-shop',
    ZENITH_SECRET: 'the-secret-of-zenith',
    SSO_SECRET: 'horse',
    ARCHIVE_PASSWORD: 'horse',
    SMTP_PASSWORD: 'horse',
  }
  const page = 'docs/configuration.md'

  it('has an example that is valid', () => {
    const [example = ''] = blocksOf(page, 'yaml example')
    expect(settings(example, { env })).toMatchObject({ host: '0.0.0.0', port: 4280, look: { name: 'Shop' } })
    expect(inForce(example, { env })).toMatchObject({
      'archive.place': expect.stringContaining('zenith:***@db.internal'),
    })
  })

  it('has an example of clusters that is valid', () => {
    const [example = ''] = blocksOf(page, 'yaml clusters')
    expect(settings(example, { env }).clusters?.map(({ id }) => id)).toEqual(['shop', 'shop-staging', 'audit'])
  })

  it('names every field and its option', () => {
    const text = readFileSync(page, 'utf8')
    for (const [option, [path]] of Object.entries(FIELD_OF)) {
      expect(text).toContain(`\`${path}\``)
      if (option !== 'secret') expect(text).toContain(`\`--${option}\``)
    }
  })
})
