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

// One opening of the page serves both: opening is what takes the time.
it.each(PAGE_NAMES)(
  'the page %s fits a phone: no controls overlap, and nothing is wider, opened rows included',
  async (name) => {
    Object.assign(shop.server.session, { account: name === 'account', people: name === 'people' })
    const { page, problems } = await shop.open(
      writeUrl(parseUrl(''), { page: name, ...SUBJECTS[name] } as Target),
      PHONE,
    )
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.waitForFunction(() => !document.querySelector('main [aria-busy="true"]'))
    expect(await page.evaluate(overlappingControls)).toEqual([])
    for (const summary of await page.locator('main summary:visible').all()) await summary.click()
    expect(await widthOf(page)).toBeLessThanOrEqual(390)
    expect(problems).toEqual([])
  },
)

it('the search of a queue with few states does not lie on them', async () => {
  const { overview } = shop.server
  const queues = overview.queues.map((queue) =>
    queue.key === 'laravel|exports' ? { ...queue, actions: ['list', 'search'] as const } : queue,
  )
  shop.server.overview = { ...overview, queues }
  const { page } = await shop.open('?page=queues&queue=laravel%7Cexports', PHONE)
  await page.getByLabel(/^Search .* jobs by id/).waitFor()
  expect(await page.evaluate(overlappingControls)).toEqual([])
})

/** The controls of the page that lie on one another, by what is written on them. */
function overlappingControls(): string[] {
  const controls = [...document.querySelectorAll<HTMLElement>('main :is(a, button, input, select, summary)')]
  const boxes = controls
    .filter((control) => control.checkVisibility() && !control.closest('td, th, summary *'))
    .map((control) => ({ control, box: control.getBoundingClientRect() }))
  const isOn = (a: DOMRect, b: DOMRect) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1
  const wordsOf = ({ textContent, ariaLabel, id }: HTMLElement) => textContent || ariaLabel || id
  return boxes.flatMap(({ control, box }, index) =>
    boxes
      .slice(index + 1)
      .filter((other) => !control.contains(other.control) && isOn(box, other.box))
      .map((other) => `${wordsOf(control)} and ${wordsOf(other.control)}`),
  )
}

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

it('shows the errors, p95 and p99 of a route beside its whole name', async () => {
  const { page } = await shop.open('?page=routes', PHONE)
  const row = page.getByRole('group', { name: 'Routes', exact: true }).getByRole('row').nth(1)
  await row.waitFor()
  const isCut = (all: Element[]) => all.some((one) => one.scrollWidth > one.clientWidth)
  expect(await row.locator('a, td').evaluateAll(isCut)).toBe(false)
  expect((await row.getByRole('cell').allInnerTexts()).length).toBe(3)
})

it('says whole what the search of everything searched', async () => {
  const { page } = await shop.open('', PHONE)
  await page.getByRole('heading', { level: 1, name: 'Pulse' }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: /^Search for/ }).fill('orders')
  const note = page.getByRole('dialog').getByText(/^Searched /)
  await note.waitFor()
  expect(await note.evaluate((one) => one.scrollHeight - one.clientHeight)).toBe(0)
})
