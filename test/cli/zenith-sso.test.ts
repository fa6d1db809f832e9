import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, it, onTestFinished } from 'vitest'
import { ensureBuilt } from '../support/pack.js'
import { freePort } from '../support/redis.js'
import { openForgedProvider } from '../zenith/auth/sso/support/forged-provider.js'
import { Visitor } from '../zenith/auth/sso/support/visitor.js'
import { quasar } from './command.js'

beforeAll(() => ensureBuilt())

it('quasar zenith --people logs in at a provider, whose secret is in a variable', async () => {
  const provider = await openForgedProvider()
  const dir = await mkdtemp(join(tmpdir(), 'quasar-sso-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const redis = `redis://127.0.0.1:${await freePort()}`
  const args = [
    'zenith',
    '--port',
    '0',
    '--redis',
    redis,
    '--archive',
    dir,
    '--people',
    '--sso-issuer',
    provider.issuer,
  ]
  const env = {
    ...{ QUASAR_SSO_CLIENT_ID: 'zenith', QUASAR_SSO_CLIENT_SECRET: provider.clientSecret, QUASAR_SSO_NAME: 'Ours' },
    ...{ QUASAR_SSO_SCOPES: 'groups', QUASAR_URL: 'https://zenith.example/ops' },
  }
  const running = quasar(args, { env })
  const url = (await running.said(/Zenith is at (\S+)/)).replace(/\/$/, '')
  const visitor = new Visitor()
  expect((await visitor.ask(`${url}/login`)).text).toContain('Log in with Ours')
  const { url: asked } = await visitor.go(`${url}/login?with=sso`, { stopAt: /\/authorize\?/ })
  expect(Object.fromEntries(new URL(asked).searchParams)).toMatchObject({
    ...{ client_id: 'zenith', redirect_uri: 'https://zenith.example/ops/callback', scope: 'openid groups' },
  })
  expect(running.stdout + running.stderr).not.toContain(provider.clientSecret)
})
