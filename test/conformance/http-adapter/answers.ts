import { afterAll, describe, expect, it } from 'vitest'
import { ask } from '../../support/ask.js'
import type { AppConfig, Host, OpenApp } from '../../support/hosts.js'
import { freePort } from '../../support/redis.js'
import type { Bench } from '../http-adapter.js'

const REQUESTS: readonly [string, Parameters<typeof ask>[2]?][] = [
  ['/plain'],
  ['/plain', { method: 'HEAD' }],
  ['/users/7?x=1'],
  ['/t/acme/orders/7'],
  ['/t/acme/orders/7/fail'],
  ['/orders', { method: 'POST', body: '{"sku":1}' }],
  ['/orders', { method: 'POST', body: '{"sku":' }],
  ['/fail/sync'],
  ['/fail/with/422'],
  ['/missing/1'],
  ['/nowhere'],
  ['/admin/users'],
  ['/mounted/x'],
  ['/stream'],
]

/** The app answers as it would without Quasar. */
export function answerCases({ start, open, redis }: Bench): void {
  async function answersOf(opening: Promise<OpenApp>) {
    const app = await opening
    const answers: unknown[] = []
    for (const [path, options] of REQUESTS) {
      const { status, headers, text } = await ask(app.port, path, options)
      const { date: _, ...kept } = headers
      answers.push([path, status, kept, text.replace(/"timestamp":"[^"]+"/, '')])
    }
    await app.close()
    return answers
  }

  /** A process in which Quasar does nothing, and what its app answers without it. */
  let starting: Promise<{ host: Host; bare: unknown[] }> | null = null
  const untouched = () => {
    starting ??= start({ QUASAR_DISABLED: '1' }).then(async (host) => ({
      host,
      bare: await answersOf(host.open({ errorHandler: true, registrations: 0 })),
    }))
    return starting
  }

  describe('changes no answer', () => {
    afterAll(async () => (await starting)?.host.end())

    it.each(['QUASAR_DISABLED=1', 'Redis absent', 'everything on'])('with %s', async (name) => {
      const client = redis().client()
      await client.flushall()
      const { host, bare } = await untouched()
      const url = name === 'Redis absent' ? `redis://127.0.0.1:${await freePort()}` : redis().url
      const config: AppConfig = { errorHandler: true, options: { redis: url, interval: 100, logger: false } }
      expect(await answersOf(name === 'QUASAR_DISABLED=1' ? host.open(config) : open(config))).toEqual(bare)
      const keys = await client.keys('*')
      if (name === 'everything on') expect(keys).not.toEqual([])
      else expect(keys).toEqual([])
      client.disconnect()
    })
  })
}
