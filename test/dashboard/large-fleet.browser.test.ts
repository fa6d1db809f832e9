import type { Redis } from 'ioredis'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { plural } from '../../src/dashboard/ui/format.js'
import { keysOf } from '../../src/protocol/index.js'
import type { Zenith } from '../../src/runtime/create-zenith.js'
import { launchBrowser } from '../support/browser.js'
import { isWhole } from '../support/extent.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { serve, type TestServer } from '../zenith/support/serve.js'
import { assets } from './fixture/assets.js'
import { beat, fillLargeFleet, NODES, nodeId, QUEUES, queueName, SERVICES, serviceName } from './fixture/large-fleet.js'
import { checkLooks } from './fixture/looks.js'
import { openPage } from './fixture/open-page.js'

/** The last of everything: it is in a part that the page does not load by itself. */
const LAST = { service: serviceName(SERVICES), node: nodeId(SERVICES, NODES), queue: queueName(SERVICES, QUEUES) }
const ALL_NODES = SERVICES * NODES
const ALL_QUEUES = SERVICES * QUEUES

let browser: Browser
let redis: TestRedis
let client: Redis
let zenith: Zenith
let server: TestServer
beforeAll(async () => {
  await assets()
  browser = await launchBrowser()
  redis = await startRedis()
  client = redis.client()
  await fillLargeFleet(client)
  // Only now: the server's module takes the built page in.
  const { createZenith, toNodeHandler } = await import('../../src/runtime/create-zenith.js')
  zenith = createZenith({ redis: redis.url, auth: () => true, interval: 1_000 })
  server = await serve(toNodeHandler(zenith))
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
  await zenith?.close()
  await redis?.stop()
})

/** A real Zenith that has read the whole fleet, and the page that shows it. */
async function openFleet(query = '') {
  const { seen } = await import('../zenith/support/zenith.js')
  await seen(zenith, ({ totals, leftOut }) => {
    expect(totals).toEqual({ services: SERVICES, nodes: ALL_NODES, queues: ALL_QUEUES })
    expect(leftOut).toEqual({ values: 1 })
  })
  const opened = await openPage(browser, `${server.url}/${query}`)
  onTestFinished(() => opened.close())
  return { ...opened, url: server.url }
}

const note = (page: Page) => page.getByText(/^Not shown yet:/)
const more = (page: Page) => page.getByRole('button', { name: 'Show more' })
const processes = (page: Page) => page.getByRole('group', { name: 'Processes' })
const shownRows = async (page: Page) => Number(await processes(page).getByRole('table').getAttribute('aria-rowcount'))

it('says in words what it does not show and what Zenith left out, and shows more until all is there', async () => {
  const { page, problems } = await openFleet()
  await note(page)
    .getByText(/^Not shown yet: [\d,]+ of 6,000 servers and [\d,]+ of 7,200 queues\. Those with problems come first\./)
    .waitFor()
  await page.getByText('Zenith skipped 1 oversized value to stay within its limits.').waitFor()
  await page.getByText('6,000 servers', { exact: true }).filter({ visible: true }).waitFor()
  await more(page).waitFor()
  await processes(page).getByRole('button', { name: 'Host' }).click()
  await processes(page).evaluate((box) => box.scrollTo(0, 900))
  await page.getByLabel('Version', { exact: true }).selectOption('3.2.0')
  const place = () => processes(page).evaluate((box) => box.scrollTop)
  const before = { rows: await shownRows(page), place: await place() }

  // By the keyboard, which has to stay where it is.
  await more(page).focus()
  for (let clicks = 1; (await note(page).count()) > 0; clicks++) {
    expect(clicks).toBeLessThan(20)
    await page.keyboard.press('Enter')
    await vi.waitFor(
      async () => expect((await note(page).count()) === 0 || (await more(page).count()) === 1).toBe(true),
      {
        timeout: 20_000,
      },
    )
  }
  expect(await shownRows(page)).toBe(SERVICES * (NODES / 2 - 1) + 1)
  expect(await shownRows(page)).toBeGreaterThan(before.rows)
  expect(await place()).toBe(before.place)
  expect(await page.getByLabel('Version', { exact: true }).inputValue()).toBe('3.2.0')
  expect(await processes(page).getByRole('columnheader', { name: 'Host' }).getAttribute('aria-sort')).toBe('ascending')
  await page.getByText('Zenith skipped 1 oversized value to stay within its limits.').waitFor()
  expect(problems).toEqual([])
})

it.each([
  ['a name', `q=${LAST.node}`, 1, 1],
  ['words of several kinds', `q=canary%209.9.9%20${LAST.service}`, 1, 1],
  ['a service', `service=${LAST.service}`, NODES, 1],
  ['an environment', 'env=canary', NODES, 1],
  ['a version', 'version=9.9.9', SERVICES, SERVICES],
])('finds servers beyond the loaded parts by %s', async (_, query, servers, services) => {
  const { page, problems } = await openFleet(`?${query}`)
  await note(page).waitFor()
  await page.getByText(plural(services, 'service'), { exact: true }).waitFor()
  await vi.waitFor(async () => expect(await shownRows(page)).toBe(servers + 1), { timeout: 10_000 })
  expect(problems).toEqual([])
})

it.each([
  ['its name', `q=${LAST.queue}`],
  ['its service', `service=${LAST.service}`],
  ['the environment of its service', 'env=canary'],
  ['its driver and service', `q=redis-list%20${LAST.service}`],
])('finds a queue beyond the loaded parts by %s', async (_, query) => {
  const { page, problems } = await openFleet(`?page=queues&group=service&${query}`)
  await note(page).waitFor()
  await page
    .getByRole('group', { name: 'Healthy queues' })
    .getByRole('link', { name: new RegExp(`^queue-${SERVICES}-\\d+$`) })
    .first()
    .waitFor()
  expect(problems).toEqual([])
})

it('opens a service and a queue beyond the loaded parts, by their links and from the search', async () => {
  const { page, problems, url } = await openFleet(`?page=service&service=${LAST.service}`)
  await note(page).waitFor()
  await processes(page).getByRole('button', { name: 'Host' }).click()
  await processes(page).getByRole('button', { name: 'Host' }).click()
  await processes(page).getByText(LAST.node, { exact: true }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: /^Search for/ }).fill(LAST.queue)
  await page.getByRole('option', { name: LAST.queue }).click()
  await page.getByRole('heading', { level: 1, name: LAST.queue }).waitFor()
  await page.goto(`${url}/`)
  await note(page).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: /^Search for/ }).fill(LAST.node)
  await page.getByRole('option', { name: LAST.node }).click()
  await processes(page).getByText(LAST.node, { exact: true }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: /^Search for/ }).fill('nothing-is-called-so')
  await page.getByText('Nothing matches').waitFor()
  expect(problems).toEqual([])
})

it('updates what is shown of later parts', async () => {
  const { page, problems } = await openFleet()
  // From here on the test moves the page's clock: later parts are asked for every 30 s.
  await page.clock.install()
  await page.reload()
  await more(page).waitFor()
  await vi.waitFor(async () => expect(await shownRows(page)).toBeGreaterThan(SERVICES))
  await processes(page).getByRole('button', { name: 'CPU' }).click()
  // In the second part: of each service the nodes come one after the other.
  const rows = await shownRows(page)
  const perService = Math.floor((rows - 1) / SERVICES)
  expect(perService).toBeLessThan(NODES)
  beat(client, 7, perService, 77)
  await vi.waitFor(
    async () => {
      await page.clock.fastForward(10_000)
      expect(await processes(page).getByText('77 %').count()).toBeGreaterThan(0)
    },
    { interval: 500 },
  )
  expect(problems).toEqual([])
})

it.runIf(isWhole)('looks right in both themes and at all widths', async () => {
  const { page, problems } = await openFleet()
  await more(page).waitFor()
  await checkLooks(page)
  expect(problems).toEqual([])
})

it('keeps what made room in the first part for servers in more need', async () => {
  const { page, problems } = await openFleet()
  await more(page).waitFor()
  const before = await shownRows(page)
  const fewest = await page.evaluateHandle((selector) => {
    const seen = { rows: Number.POSITIVE_INFINITY }
    const look = () => {
      const rows = Number(document.querySelector(selector)?.getAttribute('aria-rowcount'))
      seen.rows = Math.min(seen.rows, rows)
    }
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true })
    return seen
  }, '[aria-label=Processes] table')
  const lost = Array.from({ length: SERVICES * 5 }, (_, index) =>
    keysOf().node(
      serviceName((index % SERVICES) + 1),
      nodeId((index % SERVICES) + 1, NODES - Math.floor(index / SERVICES)),
    ),
  )
  await client.del(...lost)
  await page.getByText(`${lost.length} lost`).filter({ visible: true }).waitFor()
  expect(await fewest.evaluate(({ rows }) => rows)).toBeGreaterThanOrEqual(before)
  expect(problems).toEqual([])
})
