import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Overview } from '../../src/api/overview.js'
import { launchBrowser } from '../support/browser.js'
import { makeBigFleet, makeNode, makeOverview, WHOLE } from './fixture/fleet.js'
import { axeFindings, checkLooks } from './fixture/looks.js'
import { openPage } from './fixture/open-page.js'
import { type FixtureServer, startFixtureServer } from './fixture/server.js'
import { makeShopFleet } from './fixture/shop-fleet.js'

let browser: Browser
let server: FixtureServer

beforeAll(async () => {
  browser = await launchBrowser()
  server = await startFixtureServer(makeShopFleet())
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

const longName = 'a-service-with-a-name-that-is-much-longer-than-any-card-is-wide-and-has-no-place-to-break'
const fleets: readonly (readonly [string, () => Overview])[] = [
  ['0 servers', () => makeOverview()],
  ['1 server', () => makeBigFleet(1, 1)],
  ['a shop', makeShopFleet],
  ['12 servers', () => makeBigFleet(2, 6)],
  ['long names', () => ({ ...makeBigFleet(1, 1), nodes: [makeNode(longName, longName)] })],
]

const looks = 'axe finds nothing in both themes, and nothing is wider than the window or its card'

describe(looks, () => {
  it.each(fleets)('with %s', async (_, fleet) => {
    server.overview = fleet()
    const { page, problems, close } = await openPage(browser, server.url)
    await page.getByRole('heading', { level: 2 }).first().waitFor()
    await checkLooks(page)
    expect(problems).toEqual([])
    await close()
  })

  it.each([
    ['?page=service', 'Services'],
    ['?page=service&service=shop-api&route=POST%20/orders&period=1h', 'shop-api'],
    ['?page=slow', 'Slow requests and jobs'],
    ['?page=exceptions', 'Exceptions'],
  ])('on %s', async (query, title) => {
    server.overview = makeShopFleet()
    const { page, problems, close } = await openPage(browser, `${server.url}${query}`)
    await page.getByRole('heading', { level: 1, name: title }).waitFor()
    await page.locator('[data-row]').first().waitFor()
    for (const summary of await page.locator('summary').all()) await summary.click()
    await checkLooks(page)
    expect(problems).toEqual([])
    await close()
  })

  it('in what opens over the page', async () => {
    server.overview = makeShopFleet()
    const { page, problems, close } = await openPage(browser, server.url)
    await page.getByRole('button', { name: /Health of shop-api/ }).focus()
    await page.getByRole('dialog').waitFor()
    expect(await axeFindings(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
    await checkLooks(page)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.getByRole('listbox').getByText('shop-api').waitFor()
    await checkLooks(page)
    expect(problems).toEqual([])
    await close()
  })
})

it('lists 500 servers, the lost ones first, and takes changes of all of them', async () => {
  const fleet = makeBigFleet(2, 250)
  const lost = makeNode('service-1', 'service-1-web-250', { state: 'lost', lastSeen: Date.now() - 60_000 })
  server.overview = { ...fleet, nodes: fleet.nodes.map((node) => (node.key === lost.key ? lost : node)) }
  const { page, problems, close } = await openPage(browser, server.url)
  await page.getByText('500 servers', { exact: true }).waitFor()
  await page.getByRole('article', { name: 'service-1 service-1-web-250' }).getByText('lost').waitFor()
  expect(await page.locator('[data-node]').first().getAttribute('data-state')).toBe('lost')
  await page.getByRole('button', { name: /Show 96 more servers of service-1/ }).click()
  expect(await page.locator('[data-node]').count()).toBe(3 + 96 + 3)

  server.send('system_pulse', {
    full: false,
    at: Date.now(),
    ...WHOLE,
    nodes: server.overview.nodes.map((node) => ({ ...node, state: 'left', samples: [] })),
    goneNodes: [],
    services: [],
    goneServices: [],
    queues: [],
    goneQueues: [],
    unreadable: 0,
    untrusted: null,
    store: fleet.store,
  })
  await page.locator('[data-node][data-state="left"]').first().waitFor()
  await page.getByLabel(/^Filter/).fill('service-2-web-249')
  await page.getByRole('article', { name: 'service-2 service-2-web-249' }).waitFor()
  expect(problems).toEqual([])
  await close()
})

it('lists 500 services, those that need a look first', async () => {
  const fleet = makeBigFleet(500, 1)
  const services = fleet.services.map((view) =>
    view.service === 'service-499' ? { ...view, health: { score: 40, reasons: [] } } : view,
  )
  server.overview = { ...fleet, services }
  const { page, problems, close } = await openPage(browser, server.url)
  await page.getByText('500 services', { exact: true }).waitFor()
  expect(await page.locator('[data-service]').first().getAttribute('data-service')).toBe('service-499')
  const shown = await page.locator('[data-service]').count()
  expect(shown).toBeLessThan(100)
  await page.getByRole('button', { name: /^Show \d+ more services \(/ }).click()
  expect(await page.locator('[data-service]').count()).toBeGreaterThan(shown)
  expect(problems).toEqual([])
  await close()
})
