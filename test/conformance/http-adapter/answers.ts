import { expect, it } from 'vitest'
import { ask } from '../../support/ask.js'
import type { AppConfig, Host } from '../../support/hosts.js'
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
export function answerCases({ start, redis }: Bench): void {
  async function answersOf(host: Host, config: AppConfig) {
    const app = await host.open({ errorHandler: true, ...config })
    const answers: unknown[] = []
    for (const [path, options] of REQUESTS) {
      const { status, headers, text } = await ask(app.port, path, options)
      const { date: _, ...kept } = headers
      answers.push([path, status, kept, text.replace(/"timestamp":"[^"]+"/, '')])
    }
    await app.close()
    return answers
  }

  it.each([
    ['QUASAR_DISABLED=1', { QUASAR_DISABLED: '1' }],
    ['Redis absent', {}],
    ['everything on', {}],
  ])('changes no answer with %s', async (name, env) => {
    const client = redis().client()
    await client.flushall()
    const url = name === 'Redis absent' ? `redis://127.0.0.1:${await freePort()}` : redis().url
    const host = await start(env)
    try {
      const bare = await answersOf(host, { registrations: 0 })
      expect(await answersOf(host, { options: { redis: url, interval: 100, logger: false } })).toEqual(bare)
      const keys = await client.keys('*')
      if (name === 'everything on') expect(keys).not.toEqual([])
      else expect(keys).toEqual([])
    } finally {
      await host.end()
      client.disconnect()
    }
  })
}
