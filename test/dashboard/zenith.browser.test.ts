import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Store } from '../../src/ports/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import type { Zenith } from '../../src/zenith/index.js'
import { launchBrowser } from '../support/browser.js'
import { assets } from './fixture/assets.js'
import { makeException, makeHeartbeat, makeSlow } from './fixture/fleet.js'
import { openPage } from './fixture/open-page.js'

let browser: Browser
let store: Store
let zenith: Zenith
let server: Server

const write = (cpu: number) => {
  const heartbeat = makeHeartbeat('shop', 'web-1')
  return store.write({
    service: 'shop',
    node: 'web-1',
    heartbeat: { ...heartbeat, cpu: { ...heartbeat.cpu, process: cpu } },
    records: [],
  })
}

beforeAll(async () => {
  await assets()
  // Only now: the server's module takes the built page in.
  const { createZenith, toNodeHandler } = await import('../../src/runtime/create-zenith.js')
  store = memoryStore()
  zenith = createZenith({ store, auth: () => true, interval: 100 })
  const handler = toNodeHandler(zenith)
  server = createServer((request, response) => void handler(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
  await zenith?.close()
  server?.closeAllConnections()
  server?.close()
})

it('shows what a real Zenith reads from a real store, live, from nothing to a fleet and to good-bye', async () => {
  const { port } = server.address() as AddressInfo
  const { page, problems, close } = await openPage(browser, `http://127.0.0.1:${port}/`)
  await page.getByRole('heading', { name: 'No server reports yet' }).waitFor()

  await write(12)
  const card = page.getByRole('article', { name: 'shop web-1' })
  await card.getByText('12 %', { exact: true }).waitFor()
  await page.getByRole('article', { name: 'shop health' }).waitFor()

  await write(77)
  await card.getByText('77 %', { exact: true }).waitFor()

  await store.write({
    service: 'shop',
    node: 'web-1',
    heartbeat: null,
    records: [
      {
        type: 'slow',
        record: makeSlow({ service: 'shop', name: 'GET /slow/:id', ts: Date.now() }, { loopBlockedMs: 900 }),
      },
      { type: 'exception', record: makeException({ service: 'shop', name: 'OddError', ts: Date.now() }) },
    ],
  })
  // Sooner than the page would ask by itself: these came by the stream.
  await page.getByText('GET /slow/:id').waitFor()
  await page.getByText('OddError').waitFor()

  // What the pages ask for beside the stream is answered in the shapes that they know.
  await page.keyboard.press('g')
  await page.keyboard.press('s')
  await page.getByText('the loop was blocked for 900 ms').waitFor()
  await page.getByRole('group', { name: 'Slow routes and jobs' }).getByText('GET /slow/:id').waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('x')
  await page.getByText('1 kind, of the last 15 min').waitFor()
  await page.goto(`http://127.0.0.1:${port}/?page=service&period=1h`)
  await page.getByRole('link', { name: 'shop', exact: true }).click()
  await page.getByText('last 1 h').first().waitFor()
  await page.goto(`http://127.0.0.1:${port}/`)
  await card.getByText('77 %', { exact: true }).waitFor()

  await store.removeNode('shop', 'web-1')
  await card.getByText('left').waitFor()
  expect(problems).toEqual([])
  await close()
})

it('forgets a lost server after a question', async () => {
  const { createZenith, toNodeHandler } = await import('../../src/runtime/create-zenith.js')
  const memory = memoryStore()
  const lost = new Map([['web-2', { service: 'shop', node: 'web-2', lastBeat: Date.now() - 60_000, heartbeat: null }]])
  const withLost: Store = {
    ...memory,
    async nodes() {
      const found = await memory.nodes()
      return { ...found, nodes: [...found.nodes, ...lost.values()] }
    },
    forgetNode: async (_service, node) => void lost.delete(node),
  }
  await memory.write({ service: 'shop', node: 'web-1', heartbeat: makeHeartbeat('shop', 'web-1'), records: [] })
  const own = createZenith({ store: withLost, auth: () => 'operator', interval: 100 })
  const handler = toNodeHandler(own)
  const ownServer = createServer((request, response) => void handler(request, response)).listen(0, '127.0.0.1')
  await once(ownServer, 'listening')
  const { port } = ownServer.address() as AddressInfo
  const { page, problems, close } = await openPage(browser, `http://127.0.0.1:${port}/`)
  try {
    await page.getByRole('article', { name: 'shop web-2' }).getByText('lost · last seen').waitFor()
    expect(await page.getByRole('button', { name: 'Forget web-1' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Forget web-2' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    expect(lost.size).toBe(1)
    await page.getByRole('button', { name: 'Forget web-2' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Forget web-2' }).click()
    await page.getByRole('article', { name: 'shop web-2' }).waitFor({ state: 'detached' })
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(lost.size).toBe(0)
    expect(problems).toEqual([])
  } finally {
    await close()
    await own.close()
    ownServer.closeAllConnections()
    ownServer.close()
  }
})
