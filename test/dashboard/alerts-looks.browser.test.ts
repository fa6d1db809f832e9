import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../support/browser.js'
import { checkLooks } from './fixture/looks.js'
import { openPage } from './fixture/open-page.js'
import { type FixtureServer, startFixtureServer } from './fixture/server.js'
import { makeShopAlerts } from './fixture/shop-alerts.js'
import { makeShopFleet } from './fixture/shop-fleet.js'

let browser: Browser
let server: FixtureServer
beforeAll(async () => {
  browser = await launchBrowser()
  server = await startFixtureServer(makeShopFleet())
  server.alerts = makeShopAlerts()
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

describe('axe finds nothing in both themes, and nothing is wider than the window', () => {
  it.each([
    ['firing', 'Disk almost full', /^Details of Disk almost full/],
    ['rules', 'Disk almost full', /^Details of Disk almost full/],
    ['rules', 'Disk almost full', 'New rule'],
    ['silences', 'Backup of the databases', 'New silence'],
    ['receivers', 'Own systems', 'Edit Own systems'],
    ['deliveries', '404 no_service', null],
  ] as const)('in the part %s with %s, and with %s pressed', async (tab, text, press) => {
    const { page, problems, close } = await openPage(browser, `${server.url}?page=alerts&tab=${tab}`)
    await page.getByText(text).first().waitFor()
    if (press) await page.getByRole('button', { name: press }).click()
    await checkLooks(page)
    expect(problems).toEqual([])
    await close()
  })
})

it.each([
  ['rules', 'New rule', 'Name'],
  ['silences', 'New silence', 'Reason'],
  ['receivers', 'New receiver', 'Kind'],
])('a form begins at its first field, even if it scrolls: %s, %s', async (tab, press, field) => {
  const { page, close } = await openPage(browser, `${server.url}?page=alerts&tab=${tab}`)
  await page.setViewportSize({ width: 390, height: 600 })
  await page.getByRole('button', { name: press }).click()
  const first = page.getByRole('dialog').getByLabel(field, { exact: true })
  await first.waitFor()
  await expect.poll(() => first.evaluate((element) => element === document.activeElement)).toBe(true)
  await close()
})

it('counts what nobody has seen to at the bell, which stays as it is while the API does not answer', async () => {
  const { page, close } = await openPage(browser, server.url)
  const bell = page.locator('[data-bell="critical"]')
  await bell.getByText('2').waitFor()
  server.failWith = 503
  server.send('alert', {})
  await page.waitForResponse((response) => response.url().includes('api/alerts') && response.status() === 503)
  expect(await bell.textContent()).toBe('2')
  server.failWith = null
  server.alerts = { ...server.alerts, alerts: [] }
  server.send('alert', {})
  await page.locator('[data-bell="quiet"]').waitFor()
  await close()
})
