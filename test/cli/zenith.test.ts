import { once } from 'node:events'
import { createServer } from 'node:net'
import { Queue } from 'bullmq'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { hashPassword } from '../../src/runtime/create-zenith.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { ensureBuilt } from '../support/pack.js'
import { freePort, startRedis, type TestRedis } from '../support/redis.js'
import { ask, openStream } from '../zenith/support/http.js'
import { beatOf, report } from '../zenith/support/records.js'
import { quasar, run } from './command.js'
import { cookieBy, linkOf } from './link.js'

let redis: TestRedis

beforeAll(async () => {
  await ensureBuilt()
  redis = await startRedis()
})

afterAll(() => redis.stop())

/** Starts it on a free port and waits until it says where it is. */
async function zenith(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const running = quasar(['zenith', '--port', '0', ...args], { env: { QUASAR_REDIS_URL: redis.url, ...env } })
  const url = (await running.said(/Zenith is at (\S+)/)).replace(/\/$/, '')
  return { running, url }
}

/** The one without `auth`, and the headers of a browser that opened its link. */
async function opened(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const { running, url } = await zenith(args, env)
  const headers = { cookie: await cookieBy(await linkOf(running)) }
  return { running, url, headers, get: (path: string) => ask(url + path, { headers }) }
}

describe('quasar zenith', () => {
  it('ignores what Kubernetes sets for a Service of its name, and says so once', async () => {
    const links = {
      QUASAR_SERVICE_HOST: '10.96.0.12',
      QUASAR_SERVICE_PORT: '4280',
      QUASAR_SERVICE_PORT_HTTP: '4280',
      QUASAR_PORT: 'tcp://10.96.0.12:4280',
      QUASAR_PORT_4280_TCP: 'tcp://10.96.0.12:4280',
      QUASAR_PORT_4280_TCP_PROTO: 'tcp',
      QUASAR_PORT_4280_TCP_PORT: '4280',
      QUASAR_PORT_4280_TCP_ADDR: '10.96.0.12',
    }
    const { running, url } = await zenith([], links)
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(running.stderr).toBe('')
    const byDefault = quasar(['zenith'], {
      env: { QUASAR_REDIS_URL: redis.url, QUASAR_HOST: 'no.such.host.invalid', QUASAR_BEARER: 'x', ...links },
    })
    expect(await byDefault.ended).toBe(1)
    expect(byDefault.stderr.match(/QUASAR_PORT .* is ignored/g)).toHaveLength(1)
    const wrong = await run(['zenith'], { env: { QUASAR_PORT: 'http://x' } })
    expect(wrong.stderr).toContain('QUASAR_PORT takes a port')
  })

  it('says which Redis it reads when none is configured', async () => {
    const { running } = await zenith([], { QUASAR_REDIS_URL: '' })
    await vi.waitFor(() =>
      expect(running.stderr).toContain('No Redis is configured, so Zenith reads redis://localhost:6379.'),
    )
    const { running: configured } = await zenith()
    await configured.said(/Zenith reads/)
    expect(configured.stderr).toBe('')
  })

  it('shows what is reported to the browser that opened its link', async () => {
    const store = redisStore({ redis: redis.url })
    onTestFinished(() => store.close())
    await report(store, beatOf('shop', 'web-1'))
    const { running, url, get } = await opened()
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await get('/')).text).toContain('<script')
    expect((await get('/api/nodes')).json()).toMatchObject({ total: 1, items: [{ id: 'web-1' }] })
    expect((await get('/api/session')).json()).toMatchObject({ user: null, role: 'admin', canLogOut: false })
    await running.said(/Zenith reads redis:\/\/127\.0\.0\.1:\d+/)
  })

  it('leaves out what is not signed with its token', async () => {
    const token = 'the-token-of-the-fleet'
    const stores = [
      redisStore({ redis: redis.url, prefix: 'signed:', token }),
      redisStore({ redis: redis.url, prefix: 'signed:' }),
    ]
    onTestFinished(() => Promise.all(stores.map((store) => store.close())).then(() => undefined))
    for (const [index, store] of stores.entries()) await report(store, beatOf('shop', `web-${index}`))
    const { get } = await opened(['--prefix', 'signed:', '--require-token'], { QUASAR_TOKEN: token })
    expect((await get('/api/nodes')).json()).toMatchObject({
      total: 1,
      items: [{ id: 'web-0', trust: 'signed' }],
    })
    const marking = await opened(['--prefix', 'signed:'], { QUASAR_TOKEN: token })
    expect((await marking.get('/api/nodes')).json()).toMatchObject({
      items: [{ trust: 'signed' }, { trust: 'unsigned' }],
    })
  })

  it('takes all of it from variables, too, and options before them', async () => {
    const password = await hashPassword('correct horse')
    const { url } = await zenith(['--base-path', '/ops/quasar', '--auth-role', 'operator'], {
      QUASAR_BASE_PATH: '/elsewhere',
      QUASAR_PREFIX: 'mine:',
      QUASAR_HOST: 'localhost',
      QUASAR_ZENITH_INTERVAL: '100',
      QUASAR_AUTH_USER: 'ada',
      QUASAR_AUTH_PASSWORD_HASH: password,
    })
    expect(url).toMatch(/^http:\/\/localhost:\d+\/ops\/quasar$/)
    expect((await ask(`${url}/api/nodes`)).status).toBe(401)
    const page = await ask(`${url}/`, { headers: { accept: 'text/html' } })
    expect([page.status, page.headers.location]).toEqual([303, './login'])
  })

  it('lets in by a token, with a role', async () => {
    const { url } = await zenith(['--host', '0.0.0.0', '--bearer', 'token-1', '--auth-role', 'admin'])
    const local = url.replace('0.0.0.0', '127.0.0.1')
    expect((await ask(`${local}/api/session`)).status).toBe(401)
    const session = await ask(`${local}/api/session`, { headers: { authorization: 'Bearer token-1' } })
    expect(session.json()).toMatchObject({ role: 'admin' })
  })

  it('looks at queues and acts on them, but for those that are read-only', async () => {
    const other = await startRedis()
    onTestFinished(() => other.stop())
    for (const name of ['mail', 'mail-vip', 'sms']) {
      const queue = new Queue(name, { connection: { url: other.url } })
      await queue.add('a', { password: 'hunter2' })
      await queue.close()
    }
    await other.client().rpush('emails', 'one')
    const { url, get, ...browser } = await opened(
      [
        '--queues',
        'bullmq,redis-list=emails',
        '--queues-redis',
        other.url,
        '--read-only',
        'sms',
        '--read-only',
        'mail-*',
      ],
      { QUASAR_ZENITH_INTERVAL: '50' },
    )
    type Views = { items: { name: string; key: string; readOnly: boolean }[] }
    const views = await vi.waitFor(
      async () => {
        const { items } = (await get('/api/queues')).json() as Views
        expect(items.map(({ name, readOnly }) => [name, readOnly]).sort()).toEqual([
          ['emails', false],
          ['mail', false],
          ['mail-vip', true],
          ['sms', true],
        ])
        return items
      },
      { timeout: 15_000 },
    )
    const { token } = (await get('/api/session')).json() as { token: string }
    const headers = { ...browser.headers, 'content-type': 'application/json', 'x-zenith-token': token }
    const statuses = ['mail', 'sms', 'emails'].map(async (name) => {
      const key = encodeURIComponent(views.find((view) => view.name === name)?.key ?? '')
      const to = `${url}/api/queues/${key}/actions`
      const { status, text } = await ask(to, { method: 'POST', headers, body: '{"action":"pause"}' })
      return [name, status, status === 503 ? text : '']
    })
    expect(await Promise.all(statuses)).toEqual([
      ['mail', 200, ''],
      ['sms', 409, ''],
      ['emails', 409, ''],
    ])
  })

  it('says nothing when it is to be quiet', async () => {
    const port = await freePort()
    const running = quasar(['zenith', '--quiet', '--port', `${port}`, '--redis', redis.url])
    const health = await vi.waitFor(() => ask(`http://127.0.0.1:${port}/api/health`), { timeout: 20_000 })
    expect([health.status, health.text]).toEqual([401, expect.stringContaining('Zenith runs with --quiet')])
    running.child.kill('SIGTERM')
    expect(await running.ended).toBe(0)
    expect([running.stdout, running.stderr]).toEqual(['', ''])
  })

  it('starts without Redis, says so without its password, and says when it is there', async () => {
    const port = await freePort()
    const { running, get } = await opened([
      '--redis',
      `redis://ops:plant-secret@127.0.0.1:${port}/0?password=plant-secret`,
    ])
    await vi.waitFor(() =>
      expect(running.stderr).toMatch(/^redis:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED.*The page reports this/),
    )
    const overview = await get('/api/overview')
    expect(overview.json()).toMatchObject({ store: { ok: false, error: expect.stringContaining('ECONNREFUSED') } })
    const late = await startRedis({ port, args: ['--user', 'ops', 'on', '>plant-secret', '~*', '+@all'] })
    onTestFinished(() => late.stop())
    await running.said(/answers now/)
    running.child.kill('SIGTERM')
    expect(await running.ended).toBe(0)
    expect(running.stdout + running.stderr + overview.text).not.toContain('plant-secret')
  })

  it('says so when its port is taken, and ends with code 1', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    const { port } = other.address() as { port: number }
    expect(await run(['zenith', '--port', `${port}`])).toEqual({
      code: 1,
      stdout: '',
      stderr: `quasar zenith: port ${port} of 127.0.0.1 is in use; choose another with --port.\n`,
    })
    const foreign = await run(['zenith', '--port', '0', '--host', '192.0.2.1', '--bearer', 'token-1'])
    expect([foreign.code, foreign.stderr]).toEqual([1, 'quasar zenith: 192.0.2.1 is not an address of this machine.\n'])
  })

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends by %s with code 0, streams and all, with Redis and without',
    async (signal) => {
      for (const args of [[], ['--redis', `redis://127.0.0.1:${await freePort()}`]]) {
        const { running, url, headers } = await opened(args)
        const stream = await openStream(`${url}/api/stream`, headers)
        await stream.next()
        running.child.kill(signal)
        await stream.ended
        const limit = setTimeout(() => running.child.kill('SIGKILL'), 30_000)
        expect([await running.ended, running.child.signalCode]).toEqual([0, null])
        clearTimeout(limit)
      }
    },
  )
})
