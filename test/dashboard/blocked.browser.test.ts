import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { redisStore } from '../../src/stores/redis/index.js'
import { launchBrowser } from '../support/browser.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { serve } from '../zenith/support/serve.js'
import { assets } from './fixture/assets.js'
import { makeHeartbeat } from './fixture/fleet.js'
import { checkLooks } from './fixture/looks.js'
import { openPage } from './fixture/open-page.js'

const HOUR = 3_600_000
const MINUTE = 60_000

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

it('a node whose event loop is blocked is marked, ranked and explained', async () => {
  const { createZenith, toNodeHandler } = await import('../../src/runtime/create-zenith.js')
  const store = redisStore({ redis: redis.url })
  const stack = '    at blockTheLoop (/app/report.js:12:3)\n    at handle (/app/routes.js:40:10)'
  // Its clock is an hour ahead: since when is told by the store's.
  const clockOrigin = Date.now() - performance.now() + HOUR
  const timestamp = Date.now() + HOUR
  const blocked = { since: timestamp - 3 * MINUTE, stack }
  const figures = { eventLoop: null, gc: null, requests: null, connections: null, recorder: null }
  await store.write({ service: 'shop', node: 'web-1', heartbeat: nodeOf('shop', 'web-1'), records: [] })
  const heartbeat = { ...nodeOf('shop', 'web-2'), ...figures, timestamp, blocked }
  await store.write({ service: 'shop', node: 'web-2', heartbeat, records: [], clockOrigin })
  const alone = { ...nodeOf('pdf', 'pdf-1'), ...figures, blocked: { since: Date.now() - 3 * MINUTE, stack: null } }
  await store.write({ service: 'pdf', node: 'pdf-1', heartbeat: alone, records: [] })
  await store.close()
  const zenith = createZenith({ redis: redis.url, auth: () => 'viewer' as const, interval: 200 })
  const server = await serve(toNodeHandler(zenith))
  const { page, problems, close } = await openPage(browser, server.url)
  try {
    const card = page.locator('[data-node="shop:web-2"]')
    await card.getByText(/^blocked · since \d+ min ago$/).waitFor()
    expect(await card.getAttribute('data-state')).toBe('blocked')
    expect(await page.locator('[data-node="shop:web-1"]').getAttribute('data-state')).toBe('live')
    const wrong = page.getByRole('region', { name: 'What is wrong now' })
    expect(await wrong.textContent()).toMatch(/^pdf: the event loop of pdf-1 has been blocked for \d+ s$/)
    const names = await page
      .locator('[data-node]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-node')))
    expect(names.indexOf('shop:web-2')).toBeLessThan(names.indexOf('shop:web-1'))
    if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT, fullPage: true })
    await checkLooks(page)
    await page.getByRole('link', { name: 'shop', exact: true }).first().click()
    const row = page.getByRole('group', { name: 'Processes' }).getByRole('row').filter({ hasText: 'web-2' })
    await row.getByText(/^blocked \d+ min ago$/).waitFor()
    await row.getByRole('link', { name: 'shop', exact: true }).click()
    await page.getByRole('region', { name: 'Blocked in' }).getByText('blockTheLoop (/app/report.js:12:3)').waitFor()
    expect(problems).toEqual([])
  } finally {
    await close()
    await server.close()
    await zenith.close()
  }
})

function nodeOf(service: string, id: string) {
  return makeHeartbeat(service, id, { hostname: id, instance: null })
}
