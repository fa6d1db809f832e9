import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type QuasarOptions, startQuasar } from '../../../src/index.js'
import { createZenith, type ZenithOptions } from '../../../src/runtime/create-zenith.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { createAclUser } from '../../support/redis-acl.js'
import { withEnv } from '../support/serve.js'
import { nodeOf, openZenith, seen } from '../support/zenith.js'

const TOKEN = 'a-token+with/%41signs=?#@:'

describe('a token', () => {
  const wrong: [what: string, token: unknown][] = [
    ['that is empty', ''],
    ['that is short', 'only-15-letters'],
    ['that is long', 'x'.repeat(257)],
    ['with a space', `a token of the fleet`],
    ['that is no text', 1234567890123456],
    ['three times', ['a-token-of-2026-a', 'a-token-of-2026-b', 'a-token-of-2026-c']],
    ['twice the same', ['a-token-of-2026-a', 'a-token-of-2026-a']],
    ['and nothing', 'a-token-of-2026-a,'],
    ['in no array', []],
  ]
  it.each(wrong)('%s is refused, and not repeated', (_, token) => {
    for (const start of [
      () => startQuasar({ token, redis: false } as QuasarOptions),
      () => createZenith({ token, redis: false } as ZenithOptions),
    ]) {
      const error = errorOf(start)
      expect(error).toMatch(/^Quasar: option "token" takes a token of 16 to 256 characters/)
      if (typeof token === 'string' && token !== '') expect(error).not.toContain(token)
    }
  })

  it('of the environment is refused in words, too', async () => {
    await withEnv('QUASAR_TOKEN', 'too-short', () => {
      const words = /^Quasar: QUASAR_TOKEN takes a token of 16 to 256 characters/
      expect(errorOf(() => startQuasar({ redis: false }))).toMatch(words)
      expect(errorOf(() => createZenith({ redis: false }))).toMatch(words)
      expect(errorOf(() => startQuasar({ redis: false }))).not.toContain('too-short')
    })
  })

  it('is needed where it is required, and where it does something', () => {
    expect(errorOf(() => createZenith({ requireToken: true }))).toContain('"requireToken" needs the option "token"')
    const store = memoryStore()
    expect(errorOf(() => createZenith({ store, token: TOKEN }))).toContain(
      '"token" does nothing for a store of your own',
    )
  })
})

describe('a token as the password of the Redis user', () => {
  let redis: TestRedis
  beforeEach(async () => {
    redis = await startRedis()
    const client = redis.client()
    await createAclUser(client, 'reporter', ['quasar-reporter'])
    await createAclUser(client, 'zenith', ['quasar-zenith'])
    for (const user of ['reporter', 'zenith']) await client.call('acl', 'setuser', user, 'resetpass', `>${TOKEN}`)
    await client.call('acl', 'setuser', 'default', 'off')
  })
  afterEach(() => redis.stop())

  it('lets reporters and Zenith in, and is said nowhere', async () => {
    const said: string[] = []
    const logger = { info: log, warn: log, error: log }
    function log(line: string) {
      said.push(line)
    }
    const quasar = startQuasar({ service: 'shop', redis: urlOf('reporter'), token: TOKEN, interval: 100, logger })
    const zenith = openZenith({
      redis: { host: '127.0.0.1', port: redis.port, username: 'zenith' },
      token: TOKEN,
      logger,
    })
    await seen(zenith, ({ nodes }) => expect(nodes).toMatchObject([{ service: 'shop', trust: 'signed' }]))
    for (const path of ['api/overview', 'api/health', 'metrics', 'api/nodes', 'api/openapi.json', ''])
      said.push(await (await zenith.fetch(new Request(`http://localhost/${path}`))).text())
    said.push(JSON.stringify(quasar.status()))
    // The reporter may read nothing: what Redis says of it must not hold the token.
    const denied = openZenith({ redis: urlOf('reporter'), token: TOKEN, logger })
    said.push(JSON.stringify(await denied.health()), JSON.stringify(await seen(denied, (overview) => overview)))
    const stranger = openZenith({ redis: urlOf('nobody'), token: TOKEN, logger })
    said.push(JSON.stringify(await stranger.health()))
    await quasar.stop()
    expect(said.join('\n')).toMatch(/refuses this user name or password/)
    for (const secret of [TOKEN, encodeURIComponent(TOKEN), JSON.stringify(TOKEN).slice(1, -1)])
      expect(said.join('\n')).not.toContain(secret)
  })

  it('leaves a password of the URL, and a URL without a user, as they are', async () => {
    const own = openZenith({ redis: `redis://zenith:own@127.0.0.1:${redis.port}`, token: TOKEN })
    expect((await own.health()).error).toMatch(/refuses this user name or password/)
    const nobody = openZenith({ redis: redis.url, token: TOKEN })
    await vi.waitFor(async () => expect((await nobody.health()).error).toMatch(/wants a password/))
  })

  function urlOf(user: string): string {
    return `redis://${user}@127.0.0.1:${redis.port}`
  }
})

it('signs by QUASAR_TOKEN, for the key that a client with a prefix of its own makes', async () => {
  const redis = await startRedis()
  const client = redis.client({ keyPrefix: 'team:' })
  await withEnv('QUASAR_TOKEN', TOKEN, async () => {
    const quasar = startQuasar({ service: 'shop', redis: client, interval: 100 })
    const zeniths = [openZenith({ redis: client }), openZenith({ redis: redis.url, prefix: 'team:gravito:quasar:' })]
    for (const zenith of zeniths)
      await seen(zenith, (overview) => {
        const [node] = overview.nodes
        expect(nodeOf(overview, node?.id ?? '').trust).toBe('signed')
      })
    await quasar.stop()
  })
  await redis.stop()
})

function errorOf(start: () => unknown): string {
  try {
    start()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return 'nothing was thrown'
}
