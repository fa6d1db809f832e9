import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { redisStore } from '../../src/stores/redis/index.js'
import { launchBrowser } from '../support/browser.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { serve } from '../zenith/support/serve.js'
import { assets } from './fixture/assets.js'
import { makeHeartbeat } from './fixture/fleet.js'
import { openPage } from './fixture/open-page.js'

const HOUR = 3_600_000

let browser: Browser
let redis: TestRedis

beforeAll(async () => {
  await assets()
  redis = await startRedis()
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
  await redis?.stop()
})

it('shows whose clock is off, on its card and in the health of its service, and its figures all the same', async () => {
  const { createZenith, toNodeHandler } = await import('../../src/runtime/create-zenith.js')
  const store = redisStore({ redis: redis.url })
  // Redis' clock is asked for while this machine's is right: then its own is set, as far as the store knows.
  const clockOrigin = Date.now() - performance.now() + HOUR
  for (const [node, ahead] of [
    ['web-1', 0],
    ['web-2', HOUR],
  ] as const) {
    const timestamp = Date.now() + ahead
    const heartbeat = makeHeartbeat('shop', node, { timestamp, hostname: node, instance: null })
    await store.write({ service: 'shop', node, heartbeat, records: [], ...(ahead === 0 ? {} : { clockOrigin }) })
  }
  await store.close()
  const zenith = createZenith({ redis: redis.url, auth: () => 'viewer' as const, interval: 200 })
  const server = await serve(toNodeHandler(zenith))
  const { page, problems, close } = await openPage(browser, server.url)
  try {
    const off = page.locator('[data-node="shop:web-2"]')
    await off.getByText('clock 1 h ahead').waitFor()
    expect(await off.getAttribute('data-state')).toBe('live')
    expect(await page.locator('[data-node="shop:web-1"]').getByText('clock').count()).toBe(0)
    expect(await page.getByText('The clock of web-2 is 1 h ahead').count()).toBeGreaterThan(0)
    if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT, fullPage: true })
    expect(problems).toEqual([])
  } finally {
    await close()
    await server.close()
    await zenith.close()
  }
})
