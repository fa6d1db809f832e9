import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { PAGE_NAMES, type PageName, type Target } from '../../src/dashboard/routing/pages.js'
import { parseUrl, writeUrl } from '../../src/dashboard/routing/url.js'
import { makeShopWithQueues, openShop } from './fixture/shop-pages.js'

const shop = openShop(makeShopWithQueues)
const PHONE = { viewport: { width: 390, height: 844 } }

/** What a page is about, where it has to be named. */
const SUBJECTS: Readonly<Partial<Record<PageName, object>>> = {
  services: { service: '' },
  service: { service: 'shop-api' },
  queue: { queue: 'bullmq|mail' },
  job: { queue: 'bullmq|mail', job: '8800' },
  route: { service: 'shop-api', series: 'POST /orders' },
}

const widthOf = (page: Page) =>
  page.evaluate(() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth))

it.each(PAGE_NAMES)('the page %s is no wider than a phone, opened rows included', async (name) => {
  const { page, problems } = await shop.open(writeUrl(parseUrl(''), { page: name, ...SUBJECTS[name] } as Target), PHONE)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.waitForFunction(() => !document.querySelector('main [aria-busy="true"]'))
  for (const summary of await page.locator('main summary:visible').all()) await summary.click()
  expect(await widthOf(page)).toBeLessThanOrEqual(390)
  expect(problems).toEqual([])
})

it('has the counts and the user in the header', async () => {
  Object.assign(shop.server.session, { user: 'ada', canLogOut: true })
  const { page } = await shop.open('', PHONE)
  const header = page.getByRole('banner')
  for (const text of ['servers live', '1 lost', 'connected', 'ada'])
    await header.getByText(text).filter({ visible: true }).first().waitFor()
  await header.getByRole('link', { name: 'Log out' }).waitFor()
})

it('does not cut why a queue needs attention', async () => {
  const { page } = await shop.open('?page=queues', PHONE)
  const reasons = page
    .getByRole('group', { name: 'Queues that need attention' })
    .locator('[title]')
    .filter({ hasText: /backlog grew|Paused with/ })
  await reasons.first().waitFor()
  expect(await reasons.evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).length)).toBe(0)
})

it('keeps the name of a row in sight while its p99 is scrolled to', async () => {
  const { page } = await shop.open('?page=service', PHONE)
  const table = page.getByRole('group', { name: 'Services' })
  const last = table.getByRole('row').nth(1).getByRole('cell').last()
  await last.scrollIntoViewIfNeeded()
  const [name, p99] = [await table.getByRole('rowheader').first().boundingBox(), await last.boundingBox()]
  expect(name?.x).toBeGreaterThanOrEqual(0)
  expect((p99?.x ?? 0) + (p99?.width ?? 0)).toBeLessThanOrEqual(390)
  expect(p99?.x).toBeGreaterThanOrEqual((name?.x ?? 0) + (name?.width ?? 0) - 1)
})
