import type { Page } from 'playwright-core'
import { describe, expect, it, vi } from 'vitest'
import { checkLooks } from './fixture/looks.js'
import { openShop } from './fixture/shop-pages.js'

const { open } = openShop()

const title = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true })
const table = (page: Page) => page.getByRole('group', { name: 'Routes', exact: true })
const names = (page: Page) => table(page).getByRole('rowheader').allInnerTexts()

describe('the Routes page', () => {
  it('lists the routes of all services, those with the most total time first, and sorts by any figure', async () => {
    const { page, problems } = await open()
    await title(page, 'Pulse').waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('r')
    await title(page, 'Routes').waitFor()
    await table(page).getByRole('row').nth(4).waitFor()
    const first = await names(page)
    expect(new Set(first).size).toBeGreaterThan(1)
    await table(page).getByRole('button', { name: 'p99' }).click()
    expect((await names(page))[0]).toBe('POST /orders')
    await page.getByLabel('Filter by service, server, route or error').fill('catalog orders')
    await vi.waitFor(async () => expect(await names(page)).toEqual(['POST /orders']))
    await checkLooks(page)
    expect(problems).toEqual([])
  })

  it('opens a route by a click anywhere in its row: its charts, its slow requests, its exceptions', async () => {
    const { page, problems } = await open('?page=routes&service=shop-api')
    await table(page).getByRole('row').filter({ hasText: 'POST /orders' }).getByRole('cell').nth(4).click()
    await title(page, 'POST /orders').waitFor()
    expect(page.url()).toContain('?page=routes&service=shop-api&route=POST+%2Forders')
    for (const chart of ['Throughput', 'Latency', 'Errors']) await page.getByRole('img', { name: chart }).waitFor()
    // The slow request, and the kind of exception.
    await vi.waitFor(async () => expect(await page.locator('summary').count()).toBe(2))
    await checkLooks(page)
    await page.keyboard.press('Escape')
    await title(page, 'Routes').waitFor()
    await page.goBack()
    await page.getByRole('main').getByRole('link', { name: 'shop-api' }).first().click()
    await title(page, 'shop-api').waitFor()
    expect(problems).toEqual([])
  })

  it('says so when a route had no request in that time', async () => {
    const { page } = await open('?page=routes&service=shop-api&route=GET%20/none')
    await page.getByText('No requests in the last 15 min').waitFor()
  })
})
