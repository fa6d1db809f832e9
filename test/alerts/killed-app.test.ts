import { once } from 'node:events'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Notification } from '../../src/alerts/notification.js'
import { createZenith } from '../../src/runtime/create-zenith.js'
import { isWhole } from '../support/extent.js'
import { startProgram } from '../support/program.js'
import { startRedis } from '../support/redis.js'
import { anHttpServer } from './receivers/given.js'

/** A heartbeat lives for half a minute; then come two looks, and a third in case others follow. */
const WITHIN_MS = 90_000

// Two minutes of waiting: the simulated night has the same, without an app.
test.runIf(isWhole)(
  'the message about an app that was killed arrives, and so does the one that it is back',
  async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.stop())
    const hook = await anHttpServer((_request, response) => response.end('ok'))
    const zenith = createZenith({
      redis: redis.url,
      auth: 'local',
      logger: false,
      alerts: {
        url: 'https://zenith.example',
        receivers: [{ id: 'hook', kind: 'webhook', address: `${hook.origin}/alerts` }],
        allowedNetworks: ['127.0.0.1'],
      },
    })
    onTestFinished(() => zenith.close())
    const first = await app(redis.url)
    // Zenith has to see it before it vanishes, even if nobody opens the page.
    await new Promise((resolve) => setTimeout(resolve, 15_000))
    first.kill('SIGKILL')
    await vi.waitFor(() => expect(hook.received).toHaveLength(1), { timeout: WITHIN_MS, interval: 500 })
    await app(redis.url)
    await vi.waitFor(() => expect(hook.received).toHaveLength(2), { timeout: WITHIN_MS, interval: 500 })
    const messages = hook.received.map(({ body }) => JSON.parse(body) as Notification)
    expect(messages).toMatchObject([
      { event: 'firing', title: 'shop: Vanished nodes 1 (at least 1)', url: 'https://zenith.example/?page=alerts' },
      { event: 'resolved', title: 'shop: Vanished nodes 1 (at least 1)' },
    ])
  },
)

/** An app that reports until it is killed. */
async function app(url: string) {
  const { child } = await startProgram(`
    import { startQuasar } from '@gravito/quasar'
    const quasar = startQuasar({ service: 'shop', redis: '${url}', logger: false, interval: 2_000 })
    await quasar.flush()
    process.send('ready')
    setInterval(() => {}, 1_000)
  `)
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  return child
}
