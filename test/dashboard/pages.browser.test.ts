import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { referenceOf } from '../../src/protocol/reference.js'
import {
  makeException,
  makeHeartbeat,
  makeNode,
  makeOverview,
  makeService,
  makeSlow,
  makeTraffic,
} from './fixture/fleet.js'
import type { FixtureServer } from './fixture/server.js'
import { makeShopFleet } from './fixture/shop-fleet.js'
import { openShop } from './fixture/shop-pages.js'

const shop = openShop()
const { open } = shop
let server: FixtureServer
beforeEach(() => {
  server = shop.server
})

const ROUTE = {
  key: 'GET /',
  queue: null,
  count: 1,
  errors: 0,
  aborted: 0,
  failed: 0,
  stalled: 0,
  p50: 1,
  p95: 1,
  p99: 1,
}

const title = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true })
const table = (page: Page, name: string) => page.getByRole('group', { name, exact: true })
const firstCells = (page: Page, name: string) => table(page, name).getByRole('rowheader').allInnerTexts()

describe('the way between pages', () => {
  it('is links that the back button undoes, below any mount', async () => {
    const { page, problems } = await open('?env=production')
    await page.getByRole('link', { name: 'shop-api', exact: true }).first().click()
    await title(page, 'shop-api').waitFor()
    expect(page.url()).toBe(`${server.url}?page=service&service=shop-api&env=production`)
    await page.getByRole('navigation').getByRole('link', { name: 'Slow' }).click()
    await title(page, 'Slow requests and jobs').waitFor()
    await page.goBack()
    await title(page, 'shop-api').waitFor()
    await page.goBack()
    await title(page, 'Pulse').waitFor()
    expect(page.url()).toBe(`${server.url}?env=production`)
    await page.goForward()
    await page.reload()
    await title(page, 'shop-api').waitFor()
    expect(problems).toEqual([])
  })

  it('puts the focus on the title of the page and names the tab after it', async () => {
    const { page } = await open()
    await page.getByRole('navigation').getByRole('link', { name: 'Exceptions' }).press('Enter')
    await title(page, 'Exceptions').waitFor()
    await vi.waitFor(async () => expect(await page.evaluate(() => document.activeElement?.id)).toBe('title'))
    expect(await page.title()).toBe('(1 lost) Exceptions · Zenith')
  })
})

describe('the Service page', () => {
  it('shows a service over a period, and its routes sorted by any figure', async () => {
    const { page } = await open('?page=service&service=shop-api')
    await table(page, 'Routes').getByText('24.6k').waitFor()
    expect(await firstCells(page, 'Routes')).toEqual(['GET /products/:id', 'POST /orders', '(unmatched)'])
    await page.getByRole('button', { name: 'p99', exact: true }).click()
    // The unknown comes last, whichever way it goes.
    expect(await firstCells(page, 'Routes')).toEqual(['POST /orders', 'GET /products/:id', '(unmatched)'])
    await page.getByRole('button', { name: 'p99', exact: true }).click()
    expect(await firstCells(page, 'Routes')).toEqual(['GET /products/:id', 'POST /orders', '(unmatched)'])
    expect(await page.getByRole('columnheader', { name: 'p99', exact: true }).getAttribute('aria-sort')).toBe(
      'ascending',
    )
    expect(await firstCells(page, 'Processes')).toEqual(['shop-api', 'shop-api', 'shop-api'])
  })

  it('narrows what is slow and what fails to a route that is chosen', async () => {
    const { page } = await open('?page=service&service=shop-api')
    await page.getByText('GET /reports/:year').waitFor()
    await page.getByRole('button', { name: 'POST /orders' }).click()
    await page.getByText('GET /reports/:year').waitFor({ state: 'detached' })
    expect(page.url()).toContain('route=POST+%2Forders')
    expect(await page.locator('summary').count()).toBe(2)
    await page.getByRole('button', { name: /Remove this filter/ }).click()
    await page.getByText('GET /reports/:year').waitFor()
  })

  it('asks for another period when it is picked, and keeps it in the URL', async () => {
    const { page } = await open('?page=service&service=mailer')
    await page.getByText('last 15 min', { exact: true }).waitFor()
    const asked = page.waitForRequest((request) =>
      request.url().endsWith(`api/services/${referenceOf('mailer')}?period=1h`),
    )
    await page.getByText('1 h', { exact: true }).click()
    await asked
    await page.getByText('last 1 h', { exact: true }).waitFor()
    expect(page.url()).toContain('period=1h')
    await page.getByRole('button', { name: 'send-mail' }).waitFor()
  })

  it('shows how often jobs stalled', async () => {
    const { page } = await open('?page=service&service=mailer')
    const row = table(page, 'Jobs').getByRole('row').filter({ hasText: 'send-mail' })
    await row.waitFor()
    const heads = await table(page, 'Jobs').getByRole('columnheader').allInnerTexts()
    const column = heads.findIndex((head) => head.startsWith('Stalled'))
    // The first column holds the row's head.
    expect(
      await row
        .getByRole('cell')
        .nth(column - 1)
        .textContent(),
    ).toBe('7')
  })

  it('says that the server has no answer, and shows what the stream told', async () => {
    server.unknown = [`services/${referenceOf('shop-api')}`]
    const { page } = await open('?page=service&service=shop-api')
    await page.getByText('The page shows the live state: at most 15 minutes.').waitFor()
    await table(page, 'Routes').getByText('8,214').waitFor()
    await page.getByText('last minute', { exact: true }).waitFor()
  })

  it('says so when no service has this name', async () => {
    const { page, problems } = await open('?page=service&service=nobody')
    await page.getByRole('link', { name: 'See all services' }).click()
    await title(page, 'Services').waitFor()
    expect(await firstCells(page, 'Services')).toEqual(['shop-api', 'checkout', 'admin', 'catalog', 'mailer'])
    expect(problems).toEqual([])
  })

  it('finds a service whose name is no plain path', async () => {
    const name = 'a/b c?d#e'
    server.overview = makeOverview({ services: [makeService(name)] })
    const { page, problems } = await open('?page=service')
    await page.getByRole('link', { name }).click()
    await page.getByText('last 15 min', { exact: true }).waitFor()
    expect(problems).toEqual([])
  })
})

describe('the Slow page', () => {
  it('counts by route, and narrows the entries to the one that is chosen', async () => {
    server.overview = {
      ...makeShopFleet(),
      slow: [...makeShopFleet().slow, makeSlow({ ts: Date.now() - 60_000, durationMs: 7_000 }, { gcMs: 3_000 })],
    }
    const { page } = await open('?page=slow')
    await table(page, 'Slow routes and jobs').waitFor()
    expect((await table(page, 'Slow routes and jobs').getByRole('row').allInnerTexts())[1]).toMatch(
      /POST \/orders\s+2\s+7 s\s+7\.0× of 1 s/,
    )
    await page.getByRole('button', { name: 'POST /orders' }).click()
    await vi.waitFor(async () => expect(await page.locator('summary').count()).toBe(2))
    await page.getByText('GC took 3 s').waitFor()
    server.send('slow', [
      makeSlow({ name: 'GET /other', ts: Date.now() }),
      makeSlow({ ts: Date.now(), durationMs: 9_100 }),
    ])
    await page.getByText('9.1 s').waitFor()
    expect(await page.locator('summary').count()).toBe(3)
  })

  it('shows that a list is being asked for, and fills it when the answer comes', async () => {
    server.overview = { ...makeShopFleet(), slow: [] }
    server.delayMs = 1_500
    const { page } = await open('?page=slow')
    await page.getByText('Loading the slow entries').waitFor({ state: 'attached' })
    await page.getByText('Nothing slow').waitFor()
  })
})

describe('the Exceptions page', () => {
  it('tells of each kind how often, since when and where, and opens its stack', async () => {
    server.overview = {
      ...makeShopFleet(),
      exceptions: [
        makeException({ handled: true, route: 'GET /a', ts: Date.now() - 3_000 }),
        ...makeShopFleet().exceptions,
      ],
    }
    const { page } = await open('?page=exceptions')
    await page.getByText('3 kinds, of the last 15 min').waitFor()
    const row = page.locator('details', { hasText: '13×' })
    const told = (await row.allInnerTexts()).join()
    for (const part of [/13×/, /POST \/orders, GET \/a/, /1 handled/, /first 7 min ago/, /last \d s ago/])
      expect(told).toMatch(part)
    await row.locator('summary').first().press('Enter')
    await row.getByText('at createOrder').waitFor()
    await row.getByText('fp-price').waitFor()
  })

  it('groups the newest itself where the server can not', async () => {
    server.unknown = ['errors/groups']
    const { page } = await open('?page=exceptions')
    await page.getByText('3 kinds, among the newest 14').waitFor()
  })

  it('says what to do when there is none', async () => {
    server.overview = { ...makeShopFleet(), exceptions: [] }
    const { page } = await open('?page=exceptions')
    await page.getByText('captureException(error)').waitFor()
  })
})

it('shows text that looks like HTML as text, on every page', async () => {
  const hostile = '<img src=x onerror="document.title=`owned`">'
  server.overview = makeOverview({
    services: [
      makeService(hostile, { routes: [{ ...ROUTE, key: hostile }], jobSeries: [{ ...ROUTE, queue: hostile }] }),
    ],
    nodes: [makeNode(hostile, hostile, { heartbeat: makeHeartbeat(hostile, hostile, { appVersion: hostile }) })],
    slow: [makeSlow({ name: hostile, service: hostile, status: hostile })],
    exceptions: [makeException({ name: hostile, message: hostile, stack: hostile, route: hostile, service: hostile })],
  })
  server.session = { ...server.session, user: hostile, role: 'viewer', canLogOut: true }
  const { page, problems } = await open(`?q=img&route=${encodeURIComponent(hostile)}`)
  for (const query of [
    'page=service',
    `page=service&service=${encodeURIComponent(hostile)}`,
    'page=slow',
    'page=exceptions',
  ]) {
    await page.goto(`${server.url}?${query}`)
    await page.locator('main').getByText(hostile).first().waitFor()
    for (const summary of await page.locator('summary').all()) await summary.click()
    expect(await page.locator('img').count()).toBe(0)
    expect(await page.title()).not.toBe('owned')
  }
  await page.keyboard.press('Control+k')
  await page.getByRole('listbox').getByText(hostile).waitFor()
  expect(await page.locator('img').count()).toBe(0)
  expect(problems).toEqual([])
})

it('draws an hour on Pulse from what the server answers, and the rest from the stream, with the figures of the period', async () => {
  const { page } = await open('?period=1h')
  const card = page.locator('[data-service="shop-api"]')
  await card.getByText('1 h', { exact: true }).waitFor()
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await page.getByText('5 min', { exact: true }).first().click()
  await card.getByText('5 min', { exact: true }).waitFor()
  await card.getByText('last 5 min', { exact: true }).waitFor()
  expect(asked.filter((url) => url.includes('api/services')).map((url) => new URL(url).search)).toEqual([
    '?period=5m&limit=1000',
  ])
})

it('shows the same figures of a service on Pulse, in the table of services and on its own page', async () => {
  const { page } = await open()
  const figures = () => page.getByRole('definition').allInnerTexts()
  const card = page.locator('[data-service="mailer"]')
  await card.getByText('last 15 min').waitFor()
  const onPulse = (await card.getByRole('definition').allInnerTexts()).slice(0, 5)
  await page.goto(`${server.url}?page=service&service=mailer`)
  await page.getByText('last 15 min', { exact: true }).first().waitFor()
  expect((await figures()).slice(0, 5)).toEqual(onPulse)
  await page.goto(`${server.url}?page=service`)
  const row = table(page, 'Services').getByRole('row').filter({ hasText: 'mailer' })
  for (const figure of onPulse) await row.getByRole('cell', { name: figure, exact: true }).first().waitFor()
})

it('gives the requests and the jobs of a service that has both a line each', async () => {
  server.overview = makeOverview({ services: [makeService('both', { jobs: makeTraffic(9).at(-1) ?? null })] })
  const { page } = await open('?page=service')
  for (const kind of ['requests', 'jobs'])
    await table(page, 'Services').getByRole('row').filter({ hasText: 'both' }).getByText(kind).waitFor()
})

it('goes on after the server was away, and asks for its lists again', async () => {
  const { page } = await open('?page=exceptions')
  await page.getByText('TypeError', { exact: true }).waitFor()
  await server.stop()
  await page.getByRole('status').getByText('reconnecting').waitFor()
  const last = makeException({ id: 'after', name: 'AfterError', fingerprint: 'after', ts: Date.now() })
  server.overview = { ...server.overview, at: Date.now(), exceptions: [last, ...server.overview.exceptions] }
  await server.start()
  await page.getByText('AfterError', { exact: true }).waitFor()
})

describe('who looks', () => {
  it('is told, and how to log out', async () => {
    server.session = { ...server.session, user: 'olga', role: 'operator', canLogOut: true }
    const { page } = await open()
    await page.getByText('olga · operator').filter({ visible: true }).waitFor()
    const logOut = page.getByRole('link', { name: 'Log out' })
    expect(await logOut.evaluate((link: HTMLAnchorElement) => link.href)).toBe(`${server.url}logout`)
  })

  it('is not told where the server does not tell', async () => {
    server.unknown = ['session']
    const { page } = await open()
    await title(page, 'Pulse').waitFor()
    expect(await page.getByRole('link', { name: 'Log out' }).count()).toBe(0)
  })
})
