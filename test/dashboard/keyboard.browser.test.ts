import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { launchBrowser } from '../support/browser.js'
import { type OpenPage, openPage } from './fixture/open-page.js'
import { type FixtureServer, startFixtureServer } from './fixture/server.js'
import { makeShopFleet } from './fixture/shop-fleet.js'

let browser: Browser
let server: FixtureServer
let opened: OpenPage
let page: Page

beforeAll(async () => {
  browser = await launchBrowser()
  server = await startFixtureServer(makeShopFleet())
  opened = await openPage(browser, server.url)
  page = opened.page
})
afterAll(async () => {
  await opened?.close()
  await browser?.close()
  await server?.stop()
})
beforeEach(async () => {
  await page.goto(server.url)
  await title('Pulse').waitFor()
})

const title = (name: string) => page.getByRole('heading', { level: 1, name, exact: true })
const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '')
const press = async (...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key)
}

it('goes to the pages by g and a letter, and one step back by Escape', async () => {
  await press('g', 's')
  await title('Slow requests and jobs').waitFor()
  await press('g', 'x')
  await title('Exceptions').waitFor()
  await press('g', 'v')
  await title('Services').waitFor()
  await press('j', 'j', 'Enter')
  await title('checkout').waitFor()
  await press('Escape')
  await title('Services').waitFor()
  await press('Escape')
  await title('Pulse').waitFor()
  await press('g', 'v', 'g', 'p')
  await title('Pulse').waitFor()
  expect(page.url()).toBe(server.url)
})

it('does nothing by letters that are typed into a field', async () => {
  await press('/')
  await page.keyboard.type('gsj?')
  expect(await page.getByRole('textbox').inputValue()).toBe('gsj?')
  expect(await page.getByRole('dialog').count()).toBe(0)
})

it('moves along the rows by j and k, opens one by Enter and closes it by Escape', async () => {
  await press('g', 's')
  await title('Slow requests and jobs').waitFor()
  await page.locator('summary').first().focus()
  await press('j')
  expect(await focused()).toContain('GET /reports/:year')
  await press('k')
  expect(await focused()).toContain('POST /orders')
  await press('k')
  expect(await focused()).toContain('GET /search')
  await press('j', 'Enter')
  const trace = page.getByText('4bf92f3577b34da6a3ce929d0e0e4736').first()
  await trace.waitFor()
  await press('Escape')
  await trace.waitFor({ state: 'hidden' })
  expect(await focused()).toContain('POST /orders')
  await title('Slow requests and jobs').waitFor()
})

describe('the palette', () => {
  it('finds a service, and goes to it', async () => {
    await press('Control+k')
    await page.getByRole('combobox', { name: /^Search for/ }).waitFor()
    await page.keyboard.type('cata')
    await vi.waitFor(async () =>
      expect(await page.getByRole('listbox').getByRole('option').first().textContent()).toContain('catalog'),
    )
    await press('Enter')
    await title('catalog').waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
    await vi.waitFor(async () => expect(await focused()).toBe('catalog'))
  })

  it('finds a server, and shows it alone', async () => {
    await press('Control+k')
    await page.getByRole('combobox', { name: /^Search for/ }).waitFor()
    await page.keyboard.type('web-2')
    await press('Enter')
    await page.locator('[data-node$=":web-1"]').waitFor({ state: 'detached' })
    expect(await page.locator('[data-node]').count()).toBe(1)
    expect(page.url()).toContain('service=shop-api&q=web-2')
  })

  it('does what it offers, and gives the focus back when it is left', async () => {
    await page.getByRole('link', { name: 'catalog', exact: true }).first().focus()
    await press('Meta+k')
    await page.getByRole('combobox', { name: /Search/ }).waitFor()
    await press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    expect(await focused()).toBe('catalog')
    await press('Control+k')
    await page.getByRole('combobox', { name: /^Search for/ }).waitFor()
    await page.keyboard.type('theme')
    await press('ArrowDown', 'Enter')
    expect(await page.locator('html').getAttribute('data-theme')).toBe('light')
    await press('Control+k')
    await page.getByRole('combobox', { name: /^Search for/ }).waitFor()
    await page.keyboard.type('period: 1 h')
    await press('Enter')
    await vi.waitFor(() => expect(page.url()).toContain('period=1h'))
    await press('t', 't')
    expect(await page.locator('html').getAttribute('data-theme')).toBeNull()
  })
})

it('lists its keys by ?', async () => {
  await press('?')
  const help = page.getByRole('dialog', { name: 'Keyboard' })
  await help.getByText('go to Exceptions').waitFor()
  await page.getByRole('button', { name: 'Close' }).press('Enter')
  await help.waitFor({ state: 'hidden' })
})

it('tells the figures of one moment in all charts by the arrow keys', async () => {
  await page.goto(`${server.url}?page=service&service=shop-api`)
  const charts = page.locator('figure')
  await charts.nth(2).waitFor()
  const times = () => charts.locator('[aria-live]').evaluateAll((marks) => marks.map((mark) => mark.textContent))
  const before = await times()
  // New figures may draw the chart anew at any moment, and the focus is elsewhere then.
  await vi.waitFor(async () => {
    await charts.first().getByRole('img').focus()
    await press('ArrowLeft', 'ArrowLeft')
    const after = await times()
    expect(after).not.toEqual(before)
    expect(new Set([after[0], after[2], after[4]]).size).toBe(1)
  })
  expect(opened.problems).toEqual([])
})

it('picks a period by the arrow keys', async () => {
  await page.getByRole('radio', { name: '15 min' }).focus()
  await press('ArrowLeft')
  await vi.waitFor(() => expect(page.url()).toContain('period=5m'))
})
