import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { makeSlow } from './fixture/fleet.js'
import type { FixtureServer } from './fixture/server.js'
import { makeShopFleet } from './fixture/shop-fleet.js'
import { openShop } from './fixture/shop-pages.js'

const shop = openShop()
const { open } = shop
let server: FixtureServer
beforeEach(() => {
  server = shop.server
})

const MINUTE = 60_000
const chip = (page: Page) => page.getByRole('button', { name: /^Window/ })

/** Drags over a part of a drawing, given as shares of its width. */
async function drag(page: Page, drawing: ReturnType<Page['locator']>, from: number, to: number) {
  await drawing.scrollIntoViewIfNeeded()
  const box = await drawing.boundingBox()
  if (!box) throw new Error('The drawing is not on the page')
  const y = box.y + box.height / 2
  await page.mouse.move(box.x + box.width * from, y)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * ((from + to) / 2), y)
  await page.mouse.move(box.x + box.width * to, y)
  await page.mouse.up()
}

const plotOf = (page: Page, title: string) => page.getByRole('img', { name: title }).locator('.u-over')
const windowOf = (page: Page) => {
  const { searchParams } = new URL(page.url())
  return { from: Number(searchParams.get('from')), to: Number(searchParams.get('to')) }
}

describe('dragging over a chart', () => {
  it('shows that time on all charts and lists, in the URL, until it is taken back', async () => {
    const { page, problems } = await open('?page=service&service=shop-api')
    await plotOf(page, 'Throughput').waitFor()
    const asked = page.waitForRequest((request) => /api\/services\/.*from=\d+&to=\d+$/.test(request.url()))
    await drag(page, plotOf(page, 'Throughput'), 0.25, 0.75)
    await asked
    await chip(page).waitFor()
    const { from, to } = windowOf(page)
    // Half of 15 minutes that end about now; as exact as a pixel is.
    expect((to - from) / MINUTE).toBeCloseTo(7.5, 0)
    expect(to).toBeLessThan(Date.now())
    // Another page and another visit have it, too.
    await page.getByRole('navigation').getByRole('link', { name: 'Exceptions' }).click()
    await chip(page).waitFor()
    await page.reload()
    await chip(page).waitFor()
    expect(windowOf(page)).toEqual({ from, to })
    await page.goBack()
    await plotOf(page, 'Throughput').waitFor()
    await chip(page).waitFor()
    await page.goBack()
    await chip(page).waitFor({ state: 'detached' })
    expect(windowOf(page)).toEqual({ from: 0, to: 0 })
    expect(problems).toEqual([])
  })

  it('goes back by the chip, by Escape and by another period', async () => {
    const { page } = await open('?page=service&service=shop-api')
    for (const goBack of [
      () => chip(page).click(),
      () => page.keyboard.press('Escape'),
      () => page.getByText('1 h', { exact: true }).click(),
    ]) {
      await plotOf(page, 'Latency').waitFor()
      await drag(page, plotOf(page, 'Latency'), 0.4, 0.8)
      await chip(page).waitFor()
      await goBack()
      await chip(page).waitFor({ state: 'detached' })
      expect(windowOf(page)).toEqual({ from: 0, to: 0 })
    }
    await page.getByRole('heading', { level: 1, name: 'shop-api' }).waitFor()
    expect(page.url()).toContain('period=1h')
  })

  it('works on the small charts of Pulse, and groups what was slow then by route', async () => {
    server.overview = {
      ...makeShopFleet(),
      slow: [
        makeSlow({ name: 'GET /then', ts: Date.now() - 7 * MINUTE }),
        makeSlow({ name: 'GET /then', ts: Date.now() - 8 * MINUTE, durationMs: 3_000 }),
        makeSlow({ name: 'GET /later', ts: Date.now() - 10_000 }),
      ],
    }
    const { page } = await open()
    const slow = page.getByRole('region', { name: 'Slow requests and jobs' })
    await slow.getByText('GET /later').waitFor()
    await drag(page, page.getByRole('article', { name: 'shop-api health' }).getByRole('img'), 0.25, 0.75)
    await chip(page).waitFor()
    await slow.getByText('GET /later').waitFor({ state: 'detached' })
    await slow.getByText('2×').waitFor()
    await slow.getByRole('link', { name: /GET \/then/ }).click()
    await vi.waitFor(async () => expect(await page.locator('summary').count()).toBe(2))
  })

  it('leaves a click alone', async () => {
    const { page } = await open('?page=service&service=shop-api')
    await plotOf(page, 'Errors').waitFor()
    await drag(page, plotOf(page, 'Errors'), 0.5, 0.505)
    await plotOf(page, 'Errors').click()
    expect(windowOf(page)).toEqual({ from: 0, to: 0 })
  })

  it('tells the figures of one moment in all charts', async () => {
    const { page } = await open('?page=service&service=shop-api')
    const box = await plotOf(page, 'Throughput').boundingBox()
    await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + 20)
    const times = () => page.locator('figcaption [aria-live="polite"].label').allInnerTexts()
    await vi.waitFor(async () => expect(await times()).toHaveLength(3))
    expect(new Set(await times()).size).toBe(1)
  })
})

describe('a window', () => {
  it('stands still: what comes later is not in it', async () => {
    const from = Date.now() - 10 * MINUTE
    server.overview = { ...makeShopFleet(), slow: [makeSlow({ name: 'GET /then', ts: from + MINUTE })] }
    const { page } = await open(`?page=slow&from=${from}&to=${from + 5 * MINUTE}`)
    await page.locator('summary', { hasText: 'GET /then' }).waitFor()
    const now = makeSlow({ name: 'GET /now', ts: Date.now() })
    server.overview = { ...server.overview, slow: [now, ...server.overview.slow] }
    server.send('slow', [now])
    await chip(page).click()
    await page.locator('summary', { hasText: 'GET /now' }).waitFor()
    await page.goBack()
    await chip(page).waitFor()
    await page.locator('summary', { hasText: 'GET /now' }).waitFor({ state: 'detached' })
    expect(await page.locator('summary').allInnerTexts()).toEqual([expect.stringContaining('GET /then')])
  })

  it('is chosen by the keyboard alone', async () => {
    const { page } = await open('?page=service&service=shop-api')
    await page.getByRole('button', { name: 'Custom…' }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Window' })
    await dialog.getByLabel('From').fill('2026-11-29T12:03')
    await dialog.getByLabel('To').fill('2026-11-29T11:00')
    await dialog.getByLabel('To').press('Enter')
    await dialog.getByText('The end has to be after the start, at most an hour later.').waitFor()
    await dialog.getByLabel('To').fill('2026-11-29T12:09')
    await dialog.getByLabel('To').press('Enter')
    await chip(page)
      .getByText(/12:03–12:09$/)
      .waitFor()
    expect(windowOf(page).to - windowOf(page).from).toBe(6 * MINUTE)
  })

  it('says so when there is nothing to draw in it', async () => {
    server.overview = {
      ...makeShopFleet(),
      services: makeShopFleet().services.map((view) => ({ ...view, traffic: [] })),
    }
    const { page } = await open('?page=service&service=shop-api&from=1000&to=61000')
    await page.getByText('There is too little in this time to draw.').waitFor()
  })
})

describe('a URL that asks for what there is not', () => {
  it('is told which periods there are', async () => {
    const { page } = await open('?page=service&period=2d')
    await page
      .getByText(
        /asks for the period “2d”\. A period is 5m, 15m or 1h, with an archive also 6h, .*\. The page shows: last 15 min\./,
      )
      .waitFor()
    await page.getByText('1 h', { exact: true }).click()
    await page.getByText(/asks for the period/).waitFor({ state: 'detached' })
  })

  it('is told what a window is', async () => {
    const { page } = await open('?from=2000&to=1000')
    await page.getByText(/a window that is none: from and to are Unix ms/).waitFor()
  })

  it('is told which pages there are', async () => {
    const { page, problems } = await open('?page=rotues')
    await page.getByText('Zenith has no page “rotues”').waitFor()
    expect(await page.title()).toContain('Page not found')
    await page.getByRole('main').getByRole('link', { name: 'Services' }).click()
    await page.getByRole('heading', { level: 1, name: 'Services' }).waitFor()
    expect(problems).toEqual([])
  })
})

describe('a row of a table', () => {
  it('leads on wherever it is clicked, as a link does', async () => {
    const { page } = await open('?page=service')
    const cell = page.getByRole('row').filter({ hasText: 'catalog' }).getByRole('cell').nth(3)
    const inNewTab = async (act: () => Promise<void>) => {
      const [tab] = await Promise.all([page.context().waitForEvent('page'), act()])
      await tab.waitForURL(/service=catalog/)
      await tab.close()
    }
    await inNewTab(() => cell.click({ button: 'middle' }))
    await inNewTab(() => cell.click({ modifiers: ['ControlOrMeta'] }))
    await page.getByRole('heading', { level: 1, name: 'Services' }).waitFor()
    await cell.click()
    await page.getByRole('heading', { level: 1, name: 'catalog' }).waitFor()
    await page.goBack()
    await page.getByRole('link', { name: 'catalog' }).press('Enter')
    await page.getByRole('heading', { level: 1, name: 'catalog' }).waitFor()
  })
})
