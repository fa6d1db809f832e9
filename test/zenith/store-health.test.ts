import { afterEach, describe, expect, it } from 'vitest'
import type { StoreHealth } from '../../src/api/store.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { createAclUser } from '../support/redis-acl.js'
import { silentServer } from '../support/redis-proxy.js'
import { askApi } from './support/api.js'
import { openZenith } from './support/zenith.js'

describe('/api/health says what is wrong with Redis', () => {
  let redis: TestRedis | undefined
  afterEach(() => redis?.stop())

  async function healthOf(url: string) {
    const { status, body } = await askApi<{ status: string; store: StoreHealth }>(
      openZenith({ redis: url }),
      '/api/health',
    )
    expect(body.status).toBe(status === 200 ? 'ok' : 'failing')
    expect(JSON.stringify(body)).not.toContain('secret')
    return { status, ...body.store }
  }

  it('nothing', async () => {
    redis = await startRedis()
    const client = redis.client()
    await createAclUser(client, 'zenith', ['quasar-zenith'])
    const health = await healthOf(`redis://zenith:secret@127.0.0.1:${redis.port}`)
    expect(health).toMatchObject({ status: 200, ok: true, error: null })
    expect(health.latencyMs).toBeGreaterThanOrEqual(0)
  })

  it('a wrong password, and none where one is wanted', async () => {
    redis = await startRedis({ args: ['--requirepass', 'right-secret'] })
    const wrong = await healthOf(`redis://:wrong-secret@127.0.0.1:${redis.port}`)
    expect(wrong).toMatchObject({ status: 503, ok: false, latencyMs: null, error: expect.stringMatching(/refuses/) })
    const none = await healthOf(redis.url)
    expect(none).toMatchObject({ status: 503, error: expect.stringMatching(/wants a password/) })
  })

  it.each([
    ['-zrange', /lacks a permission.*zrange/],
    ['-xrevrange', /does not let Zenith read its slow entries$/],
    ['-zrevrangebyscore', /does not let Zenith read its exceptions$/],
    ['-xrange', /does not let Zenith read its rollups, history$/],
  ])('a user who may ping, but for whom there is %s', async (rule, words) => {
    redis = await startRedis()
    const client = redis.client()
    await createAclUser(client, 'zenith', ['quasar-zenith'])
    await client.call('acl', 'setuser', 'zenith', rule)
    const health = await healthOf(`redis://zenith:secret@127.0.0.1:${redis.port}`)
    expect(health).toMatchObject({ status: 503, ok: false, error: expect.stringMatching(words) })
  })

  it('keys that the user may not read', async () => {
    redis = await startRedis()
    const client = redis.client()
    await createAclUser(client, 'zenith', ['quasar-zenith'])
    await client.call('acl', 'setuser', 'zenith', 'resetkeys', '~mine:*')
    const health = await healthOf(`redis://zenith:secret@127.0.0.1:${redis.port}`)
    expect(health).toMatchObject({ status: 503, error: expect.stringMatching(/lacks a permission/) })
  })

  it('one that does not answer, and one that is not there', async () => {
    const silent = await silentServer()
    expect(await healthOf(`redis://127.0.0.1:${silent.port}`)).toMatchObject({
      status: 503,
      error: expect.stringMatching(/does not answer/),
    })
    await silent.close()
    expect(await healthOf(`redis://127.0.0.1:${silent.port}`)).toMatchObject({
      status: 503,
      error: expect.stringMatching(/Nothing listens/),
    })
  })
})
