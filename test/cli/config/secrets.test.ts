import { beforeAll, describe, expect, it, test } from 'vitest'
import { masked } from '../../../src/cli/config/mask.js'
import { ensureBuilt } from '../../support/pack.js'
import { run } from '../command.js'
import { fileWith, inForce } from './files.js'

/** In every planted value. */
const PLANTED = 'hush4f9'
const TOKEN = `${PLANTED}-token-of-the-fleet`
const HASH = `scrypt:16384:8:1:${PLANTED}${'s'.repeat(15)}:${'h'.repeat(43)}`

beforeAll(() => ensureBuilt())

const check = (content: string, env: NodeJS.ProcessEnv = {}, ...args: readonly string[]) =>
  run(['config', 'check', fileWith(content), ...args], { env: { QUASAR_ARCHIVE: '', ...env } })

/** A valid file with a secret in each place that takes one. */
const FULL = `
redis: redis://user:${PLANTED}@one
token: [${TOKEN}, ${TOKEN}-2]
queues: [bullmq]
queuesRedis: rediss://:${PLANTED}@two:6379/1?password=${PLANTED}
secret: ${PLANTED}-secret-secret
auth:
  people: true
  sso: { issuer: https://id.example, clientId: zenith, clientSecret: ${PLANTED} }
archive:
  place: postgres://zenith:${PLANTED}@db/zenith
alerts:
  smtp: smtps://zenith:${PLANTED}@mail.example
  smtpFrom: a@b.example
traceUrl: https://tracer.example/{traceId}?api_key=${PLANTED}
`

const WRONG = `
redis: redis://u:${PLANTED}#x@one
token: ${PLANTED}
${PLANTED}: token
auth: { passwordHash: ${PLANTED} }
archive: { place: 'postgres://u:${PLANTED}#@db/x' }
alerts: { file: ${PLANTED} }
`

describe.each([[[]], [['--json']]])('quasar config check %j', (args) => {
  it('shows no secret of a valid file', async () => {
    const { code, stdout, stderr } = await check(FULL, {}, ...args)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('redis://user:***@one')
    expect(stdout).not.toContain(PLANTED)
  })

  it('shows none of variables and their files', async () => {
    const env = {
      QUASAR_TOKEN_FILE: fileWith(`${TOKEN}\n`),
      QUASAR_SECRET: `${PLANTED}-secret-secret`,
      QUASAR_REDIS_URL: `redis://user:${PLANTED}@one`,
      QUASAR_AUTH_PASSWORD_HASH: HASH,
      OPS_FILE: fileWith('ops'),
    }
    const { code, stdout, stderr } = await check(`auth:\n  user: \${OPS}\n`, env, ...args)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('QUASAR_TOKEN_FILE')
    expect(stdout).not.toContain(PLANTED)
  })

  it('shows none of clusters', async () => {
    const content = `clusters:\n  - { id: a, redis: 'redis://u:${PLANTED}@one', token: ${TOKEN} }\n`
    const { code, stdout } = await check(content, {}, ...args)
    expect(code).toBe(0)
    expect(stdout).not.toContain(PLANTED)
  })

  it('shows none of a wrong file, nor does quasar zenith', async () => {
    const { code, stdout, stderr } = await check(WRONG, {}, ...args)
    expect([code, `${stdout}${stderr}`]).toEqual([1, expect.stringContaining('has 6 problems')])
    expect(stdout + stderr).not.toContain(PLANTED)
    const started = await run(['zenith', '--config', fileWith(WRONG)])
    expect([started.code, started.stderr]).toEqual([2, expect.stringContaining('has 6 problems')])
    expect(started.stderr).not.toContain(PLANTED)
  })
})

it.each([
  `redis: http://${PLANTED}`,
  `redis: redis://u:${PLANTED}#x@one`,
  `redis: "redis://u:${PLANTED}@one: x`,
  `redis: redis://u:${PLANTED}@one: x`,
  `token: ${PLANTED}`,
  `token: {${PLANTED}: ${PLANTED}}`,
  `token: [[${PLANTED}]]`,
  `token: *${PLANTED}`,
  `token: !${PLANTED} x`,
  `token: @${PLANTED}`,
  `${PLANTED}: token`,
  `${PLANTED}`,
  `redis://u:${PLANTED}@one: true`,
  `auth: { passwordHash: ${PLANTED} }`,
  `auth: { user: a, passwordHash: "scrypt:${PLANTED}" }`,
  `auth: { bearer: ${PLANTED}, user: ada }`,
  `auth: { sso: { clientSecret: ${PLANTED} } }`,
  `archive: { place: 'postgres://u:${PLANTED}#@db/x' }`,
  `archive: { place: none, days: ${PLANTED} }`,
  `alerts: { smtp: 'mail://u:${PLANTED}@x' }`,
  `alerts: { file: ${PLANTED} }`,
  `traceUrl: javascript:${PLANTED}`,
  `listen: { port: ${PLANTED}, host: 'a ${PLANTED}' }`,
  `colour: ${PLANTED}`,
  `queues: [${PLANTED}]`,
  `secret: ${PLANTED}`,
  `redis: \${${PLANTED.toUpperCase()}:-${PLANTED}}`,
  `clusters: [{ id: a, redis: 'redis://u:${PLANTED}@a' }, { id: b, redis: 'redis://:${PLANTED}@a' }]`,
])('no message about a file shows one: %s', (content) => {
  expect(() => inForce(content)).toThrow()
  expect(() => inForce(content)).not.toThrow(PLANTED)
})

test.each<[text: string, shown: string]>([
  ['redis://one', 'redis://one'],
  ['redis://user@one', 'redis://user@one'],
  ['redis://:a@one', 'redis://:***@one'],
  ['redis://user:a@b:c@one/0', 'redis://user:***@one/0'],
  ['redis://one?username=u&password=p&db=1', 'redis://one?username=u&password=***&db=1'],
  ['unix://u:p@/run/redis.sock', 'unix://u:***@/run/redis.sock'],
  ['./quasar-data', './quasar-data'],
])('%s is shown as %s', (text, shown) => {
  expect([masked(text, false), masked(text, true)]).toEqual([shown, '***'])
})
