import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { makeException } from './fixture/fleet.js'
import { checkLooks } from './fixture/looks.js'
import { makeShopWithQueues, openShop } from './fixture/shop-pages.js'

const shop = openShop(makeShopWithQueues)

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const row = (page: Page, text: string) => page.locator('main li').filter({ hasText: text }).first()
const stack = (page: Page) => page.getByRole('group', { name: 'Stack' }).first()
const copied = (page: Page) => page.evaluate(() => navigator.clipboard.readText())

it('folds the frames of libraries, with their number, and opens them', async () => {
  const { page, problems } = await shop.open('?page=exceptions')
  await row(page, 'TypeError').locator('summary').first().click()
  const bold = stack(page).locator('.font-semibold')
  expect(await bold.allInnerTexts()).toEqual([
    expect.stringContaining('cart.ts:41:22'),
    expect.stringContaining('orders.ts:17:19'),
    expect.stringContaining('server.ts:88:5'),
  ])
  const folded = stack(page).getByText('3 frames of libraries')
  expect(await stack(page).getByText('node_modules/router').isVisible()).toBe(false)
  await folded.focus()
  await page.keyboard.press('Enter')
  await stack(page).getByText('node_modules/router').waitFor()
  await checkLooks(page)
  expect(problems).toEqual([])
})

it('copies the stack, and a link that opens the same group', async () => {
  const { page } = await shop.open('?page=exceptions&env=production', {
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  await row(page, 'TypeError').locator('summary').first().click()
  await page.getByRole('button', { name: 'Copy stack' }).click()
  await page.getByRole('button', { name: 'Copied' }).waitFor()
  expect(await copied(page)).toMatch(/^TypeError: Cannot read[\s\S]*router\/lib\/layer\.js[\s\S]*server\.ts:88:5\)$/)
  await page.getByRole('button', { name: 'Copy link' }).click()
  await page.waitForFunction(async () => (await navigator.clipboard.readText()).startsWith('http'))
  await page.goto(await copied(page))
  await stack(page).waitFor()
  expect(await page.locator('main summary[data-row]').count()).toBe(1)
  expect(page.url()).toBe(`${shop.server.url}?page=exceptions&service=shop-api&period=1h&fingerprint=fp-price`)
})

it('leads to the jobs that failed with it, and back', async () => {
  const { page, problems } = await shop.open('?page=exceptions&q=mailbox')
  await row(page, 'MailboxUnavailableError').locator('summary').first().click()
  await page.getByRole('link', { name: 'Jobs that failed with it' }).click()
  await page.getByRole('heading', { level: 1, name: 'Failures' }).waitFor()
  // Its title has no numbers, and it is open with its stack.
  await page.locator('summary').getByText('# # The email account that you tried to reach does not exist').waitFor()
  await stack(page).getByText('mail.ts').first().waitFor()
  expect(await page.locator('main summary[data-row]').count()).toBe(1)
  await checkLooks(page)
  await page.getByRole('link', { name: 'MailboxUnavailableError in mailer, 1×' }).click()
  await page.getByRole('heading', { level: 1, name: 'Exceptions' }).waitFor()
  await stack(page).waitFor()
  expect(problems).toEqual([])
})

it('links trace ids to the tracer that Zenith names, whatever is in them', async () => {
  const hostile = '"><img src=x onerror=alert(1)>/../..'
  shop.server.session.traceUrl = 'https://tracer.example/trace/{traceId}'
  shop.server.overview = {
    ...shop.server.overview,
    exceptions: [
      makeException({ traceId: TRACE }),
      makeException({ traceId: hostile, name: 'RangeError', fingerprint: 'other' }),
    ],
  }
  const { page, problems } = await shop.open('?page=exceptions')
  const summaries = page.locator('main summary[data-row]')
  await summaries.nth(1).waitFor()
  for (const summary of await summaries.all()) await summary.click()
  const links = page.getByRole('link', { name: /opens your tracer/ })
  await links.nth(1).waitFor()
  expect(await links.evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href))).toEqual([
    `https://tracer.example/trace/${TRACE}`,
    `https://tracer.example/trace/${encodeURIComponent(hostile)}`,
  ])
  expect(await links.first().getAttribute('rel')).toBe('noopener noreferrer')
  expect(problems).toEqual([])
})

it('shows trace ids as text without a tracer', async () => {
  shop.server.overview = { ...shop.server.overview, exceptions: [makeException({ traceId: TRACE })] }
  const { page } = await shop.open('?page=exceptions')
  await page.locator('main summary[data-row]').first().click()
  await page.getByText(TRACE).waitFor()
  expect(await page.getByRole('link', { name: /tracer/ }).count()).toBe(0)
})
