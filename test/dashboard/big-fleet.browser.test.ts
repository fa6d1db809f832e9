import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { NodeView } from '../../src/api/nodes.js'
import type { PulseDifference } from '../../src/api/overview.js'
import { launchBrowser } from '../support/browser.js'
import { makeBigFleet, makeHeartbeat, WHOLE } from './fixture/fleet.js'
import { type OpenPage, openPage } from './fixture/open-page.js'
import { type FixtureServer, startFixtureServer } from './fixture/server.js'

let browser: Browser
let server: FixtureServer
let opened: OpenPage
let page: Page

beforeAll(async () => {
  browser = await launchBrowser()
  server = await startFixtureServer(makeBigFleet(1, 500))
  opened = await openPage(browser, server.url)
  page = opened.page
  await page.getByText('500 servers', { exact: true }).waitFor()
  // By the keyboard: cards that come into sight get their real height, which may move the button from under a mouse.
  for (const rest of [476, 380, 284, 188, 92])
    await page.getByRole('button', { name: new RegExp(`\\(${rest} not shown\\)`) }).press('Enter')
  await vi.waitFor(async () => expect(await page.locator('[data-node]').count()).toBe(500))
})
afterAll(async () => {
  await opened?.close()
  await browser?.close()
  await server?.stop()
})

const table = () => page.getByRole('group', { name: 'Processes' })

function tick(nodes: readonly NodeView[], cpu: number): PulseDifference {
  const changed = nodes.map((node) => {
    const beat = makeHeartbeat(node.service, node.id)
    return { ...node, heartbeat: { ...beat, cpu: { ...beat.cpu, process: cpu } }, samples: [] }
  })
  const { store } = server.overview
  return {
    full: false,
    at: Date.now(),
    ...WHOLE,
    nodes: changed,
    goneNodes: [],
    services: [],
    goneServices: [],
    queues: [],
    goneQueues: [],
    unreadable: 0,
    untrusted: null,
    store,
  }
}

/**
 * Remembers the properties that React drew each element with; `count` tells how many have others by then. Whatever is
 * drawn again gets new ones, even if nothing of it looks different.
 */
async function watchDrawing(selector: string) {
  const before = await page.evaluateHandle((selector) => {
    const keyOf = (element: Element) => Object.keys(element).find((key) => key.startsWith('__reactProps$'))
    const elements = [...document.querySelectorAll(selector)]
    const read = () => elements.map((element) => Reflect.get(element, keyOf(element) ?? ''))
    return { read, before: read() }
  }, selector)
  return {
    known: () => before.evaluate(({ before }) => before.filter((props) => props !== undefined).length),
    count: () => before.evaluate(({ read, before }) => read().filter((props, index) => props !== before[index]).length),
  }
}

it('draws 5 cards and 5 rows again when 5 of 500 servers changed', async () => {
  const cards = await watchDrawing('[data-node]')
  const rows = await watchDrawing('[role=group] tbody tr[data-state]')
  const shownRows = await table().locator('tbody tr[data-state]').count()
  expect(await cards.known()).toBe(500)
  expect(await rows.known()).toBe(shownRows)
  server.send('system_pulse', tick(server.overview.nodes.slice(2, 7), 77))
  await vi.waitFor(async () => expect(await table().getByText('77 %').count()).toBe(5))
  expect(await cards.count()).toBe(5)
  expect(await rows.count()).toBe(5)
})

it('draws only the rows of the process list that can be seen, and all of them on the way', async () => {
  const rows = table().locator('tbody tr[data-state]')
  expect(await rows.count()).toBeLessThan(60)
  await table().evaluate((box) => box.scrollTo(0, box.scrollHeight / 2))
  await table().getByText('service-1-web-250', { exact: true }).waitFor()
  expect(await rows.count()).toBeLessThan(60)
  await table().evaluate((box) => box.scrollTo(0, box.scrollHeight))
  await table().getByText('service-1-web-500', { exact: true }).waitFor()
  expect(await table().getByRole('row').last().getAttribute('aria-rowindex')).toBe('501')
  const seen: string[] = []
  await table().evaluate((box) => box.scrollTo(0, 0))
  await table().getByRole('link').first().focus()
  for (let step = 0; step < 80; step++) {
    await page.keyboard.press('j')
    seen.push(await page.evaluate(() => document.activeElement?.closest('tr')?.getAttribute('aria-rowindex') ?? 'none'))
  }
  expect(seen).toEqual(Array.from({ length: 80 }, (_, step) => String(step + 3)))
  expect(opened.problems).toEqual([])
})
