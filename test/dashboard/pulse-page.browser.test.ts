import type { Locator, Page } from 'playwright-core'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Overview, PulseDifference } from '../../src/api/overview.js'
import {
  makeException,
  makeHeartbeat,
  makeNode,
  makeOverview,
  makeService,
  makeSlow,
  makeTraffic,
  WHOLE,
} from './fixture/fleet.js'
import { checkLooks } from './fixture/looks.js'
import type { FixtureServer } from './fixture/server.js'
import { makeShopFleet } from './fixture/shop-fleet.js'
import { openShop } from './fixture/shop-pages.js'
import { makeQueue, makeShopQueues } from './fixture/shop-queues.js'

const shop = openShop()
const { open } = shop
let server: FixtureServer
beforeEach(() => {
  server = shop.server
})

const card = (page: Page, id: string) => page.locator(`[data-node$=":${id}"]`)

function difference(change: Partial<PulseDifference>): PulseDifference {
  return {
    full: false,
    at: Date.now(),
    ...WHOLE,
    nodes: [],
    goneNodes: [],
    services: [],
    goneServices: [],
    queues: [],
    goneQueues: [],
    unreadable: 0,
    untrusted: null,
    store: server.overview.store,
    ...change,
  }
}

/** What is read on the screen once it is there, with the breaks between its parts. */
async function words(locator: Locator): Promise<string> {
  await locator.first().waitFor()
  return (await locator.allInnerTexts()).join('\n')
}

const status = (page: Page) => page.getByRole('status')

describe('the page', () => {
  it('shows live servers with their figures, and breaks no rule of the content security policy', async () => {
    const { page, problems } = await open()
    await card(page, 'web-1').waitFor()
    const told = await words(card(page, 'web-1'))
    for (const part of ['12 %', 'system 34 %', '2 cores', '182 MB', 'limit 512 MB', '12 ms', 'max 48 ms', '34/s'])
      expect(told).toContain(part)
    expect(told).toContain('fastify 5.12.8 · node 20.20.0 · up 3 h 12 min · pid 4120')
    expect(await words(status(page))).toBe('connected')
    expect(await words(page.locator('header'))).toContain('6 servers live · 1 lost')
    expect(problems).toEqual([])
  })

  it('marks a server, a service and the page where reports are not signed, and no other', async () => {
    const fleet = makeShopFleet()
    server.overview = {
      ...fleet,
      nodes: fleet.nodes.map((node) => {
        return { ...node, trust: node.id === 'web-1' ? 'forged' : node.id === 'web-2' ? 'unsigned' : 'signed' }
      }),
      services: fleet.services.map((service) => {
        return {
          ...service,
          untrusted: service.service === 'shop-api' ? { unsigned: 3, forged: 1 } : { unsigned: 0, forged: 0 },
        }
      }),
      untrusted: { unsigned: 3, forged: 1, leftOut: false },
    }
    const { page } = await open()
    await card(page, 'web-1').getByText('forged', { exact: true }).waitFor()
    expect(await words(card(page, 'web-2'))).toContain('unsigned')
    const others = page.locator('[data-node]:not([data-node$=":web-1"]):not([data-node$=":web-2"])')
    expect(await words(others)).not.toMatch(/unsigned|forged/)
    expect(await words(page.locator('[data-service="shop-api"]').first())).toContain('3 unsigned, 1 forged')
    const alert = page.getByRole('alert')
    expect(await words(alert)).toContain('not signed with Zenith’s token: 3 unsigned, 1 forged. Zenith shows them')
    const { store } = server.overview
    server.send('system_pulse', difference({ store, untrusted: { unsigned: 3, forged: 2, leftOut: true } }))
    await alert.getByText('3 unsigned, 2 forged. Zenith leaves them out.').waitFor()
  })

  it('warns in words where a figure is high, and tells drops and throttling', async () => {
    const { page } = await open()
    const told = await words(card(page, 'web-2'))
    for (const part of ['91 %', 'high', 'throttled 340 ms', '12 records dropped', 'very high'])
      expect(told).toContain(part)
  })

  it('greys a lost server and says when it was last seen; one that left says so', async () => {
    const { page } = await open()
    await card(page, 'web-3')
      .getByText(/lost · last seen 4\d s ago/)
      .waitFor()
    expect(await card(page, 'web-3').getAttribute('data-state')).toBe('lost')
    await card(page, 'admin-0')
      .getByText(/left 1\d s ago/)
      .waitFor()
    const color = (id: string) =>
      card(page, id)
        .getByText('182 MB')
        .first()
        .evaluate((node) => getComputedStyle(node).color)
    expect(await color('web-3')).not.toBe(await color('web-1'))
  })

  it('never shows an unknown figure as 0', async () => {
    const beat = makeHeartbeat('dark', 'dark-1')
    server.overview = makeOverview({
      services: [makeService('dark', { requests: null, traffic: [], health: { score: null, reasons: [] } })],
      nodes: [
        makeNode('dark', 'dark-1', {
          samples: [],
          heartbeat: {
            ...beat,
            cpu: { system: null, process: null, processCores: null, cores: null, load: null, throttled: null },
            memory: {
              system: { total: null, free: null, used: null, limit: null },
              process: {
                rss: null,
                heapUsed: null,
                heapTotal: null,
                heapLimit: null,
                external: null,
                arrayBuffers: null,
              },
            },
            disk: null,
            eventLoop: null,
            gc: null,
            requests: null,
            connections: null,
            runtime: { uptime: null, framework: null },
          },
        }),
      ],
    })
    const { page } = await open()
    await card(page, 'dark-1').waitFor()
    const digits = (await words(card(page, 'dark-1'))).replace(/dark-1|node 20.20.0|pid 4120|app 3.2.1|p99/g, '')
    expect(digits).not.toMatch(/\d/)
    expect(await words(page.locator('[data-service="dark"]'))).toContain('–')
  })

  it('shows the figures of the machine where no process is reported', async () => {
    const beat = makeHeartbeat('host', 'db-1', {
      language: 'other',
      version: null,
      runtime: { uptime: 7_200, framework: null },
    })
    const { cpu, memory } = beat
    const nothing = { rss: null, heapUsed: null, heapTotal: null, heapLimit: null, external: null, arrayBuffers: null }
    const heartbeat = {
      ...beat,
      cpu: { ...cpu, system: 41, process: null, processCores: null, load: [1.25, 0.75, 0.5] as const },
      memory: { system: { ...memory.system, total: 8e9, used: 6e9, limit: null }, process: nothing },
      eventLoop: null,
      requests: null,
    }
    server.overview = makeOverview({
      services: [makeService('host')],
      nodes: [makeNode('host', 'db-1', { heartbeat })],
    })
    const { page } = await open()
    const told = await words(card(page, 'db-1'))
    for (const part of [/41 %\s*system/, /GB\s*system/, /LOAD\s*1\.25\s*1 min/i, '5 min 0.75 · 15 min 0.5']) {
      expect(told).toMatch(part)
    }
    expect(told).not.toMatch(/heap|event loop/i)
  })

  it('shows text that looks like HTML as text', async () => {
    const hostile = '<img src=x onerror="document.title=`owned`"><script>document.title="owned"</script>'
    server.overview = makeOverview({
      services: [makeService(hostile, { health: { score: 50, reasons: [{ text: hostile, cost: 50 }] } })],
      nodes: [makeNode(hostile, 'web', { heartbeat: makeHeartbeat(hostile, 'web', { hostname: hostile }) })],
      slow: [makeSlow({ name: hostile, service: hostile }, { url: hostile, headers: { [hostile]: hostile } })],
      exceptions: [makeException({ name: hostile, message: hostile, stack: hostile, route: hostile })],
      store: { ok: false, kind: 'redis', latencyMs: null, error: hostile },
    })
    const { page, problems } = await open()
    await page.getByRole('heading', { level: 3, name: hostile }).first().waitFor()
    for (const summary of await page.locator('summary').all()) await summary.click()
    expect(await page.locator('img, main script').count()).toBe(0)
    expect(await page.title()).toBe('Zenith')
    const stack = page.getByRole('group', { name: 'Stack' })
    await stack.waitFor()
    expect(await words(stack)).toBe(hostile)
    expect(problems).toEqual([])
  })

  it('tells why a score is low on pointing, on focus, and on the card', async () => {
    const { page } = await open()
    const score = page.getByRole('button', { name: /Health of shop-api: 68 of 100, degraded/ })
    const reasons = page.getByRole('dialog', { name: /Why the health of shop-api/ })
    await score.hover()
    await reasons.getByText('1 of 3 nodes is lost').waitFor()
    expect(await words(reasons)).toMatch(/−20[\s\S]*−8[\s\S]*−4/)
    await page.mouse.move(5, 700)
    await reasons.waitFor({ state: 'hidden' })
    await score.focus()
    await reasons.waitFor()
    await page.keyboard.press('Escape')
    await reasons.waitFor({ state: 'hidden' })
    expect(await words(page.locator('[data-service="shop-api"]'))).toContain(
      '1 of 3 nodes is lost (−20), and 2 more reasons',
    )
  })

  it('begins with what is wrong now, the worst first, each with a link, and is silent when all is well', async () => {
    const line = (page: Page) => page.getByRole('region', { name: 'What is wrong now' })
    const { page } = await open()
    await card(page, 'web-1').waitFor()
    expect(await line(page).count()).toBe(0)
    const dead = { nodes: { live: 0, lost: 2, left: 0, replaced: 0 }, health: { score: 0, reasons: [] } }
    const slow = { score: 40, reasons: [{ text: 'p95 is 3,000 ms; slow begins at 1,000 ms', cost: 60 }] }
    server.overview = {
      ...server.overview,
      services: [...server.overview.services, makeService('pay', { health: slow }), makeService('orders', dead)],
      queues: makeShopQueues(),
    }
    await page.reload()
    const links = line(page).getByRole('link')
    await links.first().waitFor()
    expect(await links.allInnerTexts()).toEqual([
      'orders has no live server',
      'pay: p95 is 3,000 ms; slow begins at 1,000 ms',
      expect.stringMatching(/^queue /),
      expect.stringMatching(/^and \d+ more$/),
    ])
    expect(await page.locator('[data-service]').first().getAttribute('data-service')).toBe('orders')
    await links.first().click()
    await page.getByRole('heading', { level: 1, name: 'orders' }).waitFor()
  })

  it('tells what the process did while a request was slow, and the rest on opening', async () => {
    const { page } = await open('?page=service&service=shop-api')
    const row = page.locator('details', { hasText: 'POST /orders' }).first()
    await row.waitFor()
    expect(await words(row)).toMatch(/1\.8 s\s+1\.8× of 1 s/)
    expect(await words(row)).toContain('the loop was blocked for 480 ms, GC took 190 ms, 12 other requests in flight')
    expect(await row.getByText('4bf92f3577b34da6a3ce929d0e0e4736').isVisible()).toBe(false)
    await row.locator('summary').press('Enter')
    await row.getByText('4bf92f3577b34da6a3ce929d0e0e4736').waitFor()
    expect(await words(row)).toContain('/orders?coupon=')
  })

  it('groups exceptions and opens their stack', async () => {
    const { page } = await open()
    const row = page.locator('details', { hasText: 'TypeError' }).first()
    expect(await words(row)).toContain('12×')
    await row.locator('summary').click()
    await row.getByText('at createOrder').waitFor()
  })

  it('says what to do when no server reports', async () => {
    server.overview = makeOverview()
    const { page } = await open()
    await page.getByRole('heading', { name: 'No server reports yet' }).waitFor()
    const main = await words(page.locator('main'))
    expect(main).toContain('app.register(quasarPlugin)')
    expect(main).toContain('Zenith sees no queue.')
    expect(main).toContain('npx quasar doctor')
    await checkLooks(page)
    await page.goto(`${server.url}?page=service`)
    await page.getByRole('heading', { name: 'No server reports yet' }).waitFor()
  })

  it('says beside its queues what to do when no server reports, and what it found', async () => {
    const untrusted = { unsigned: 4, forged: 0, leftOut: true }
    server.overview = makeOverview({ queues: [makeQueue('mail')], unreadable: 1, untrusted })
    server.overview = { ...server.overview, totals: { services: 0, nodes: 0, queues: 1 } }
    const { page } = await open()
    await page.getByText('Zenith sees 1 queue.').waitFor()
    await page.getByText('1 record could not be read.').waitFor()
    await page.getByText(/^4 records had no signature with this Zenith’s token, and were left out/).waitFor()
    await page.getByRole('link', { name: 'mail' }).first().waitFor()
  })

  it('says what is wrong with the store, and that records could not be read', async () => {
    server.overview = {
      ...makeShopFleet(),
      unreadable: 3,
      store: { ok: false, kind: 'redis', latencyMs: null, error: 'connect ECONNREFUSED 127.0.0.1:6379' },
    }
    const { page } = await open()
    await page.getByText('Redis does not answer: connect ECONNREFUSED 127.0.0.1:6379').waitFor()
    await page.getByText('Zenith skipped 3 unreadable records').waitFor()
  })
})

describe('a service without a live server', () => {
  it('is red, has 0 and comes first; its last figures are grey and tell their age', async () => {
    const traffic = makeTraffic(2).map((point) => ({ ...point, at: point.at - 6 * 60_000 }))
    const dead = { nodes: { live: 0, lost: 1, left: 0, replaced: 0 }, health: { score: 0, reasons: [] }, traffic }
    server.overview = { ...server.overview, services: [...server.overview.services, makeService('orders', dead)] }
    // The list of services is not answered, so that the figures are those of the last minute.
    server.unknown = ['services']
    const { page } = await open()
    const first = page.locator('[data-service]').first()
    await first.getByText(/until [678] min ago/).waitFor()
    expect(await first.getAttribute('data-service')).toBe('orders')
    expect(await first.locator('.last-figures').count()).toBe(2)
    expect(await page.locator('[data-service] .last-figures').count()).toBe(2)
    const score = page.getByRole('button', { name: /Health of orders: 0 of 100, unhealthy/ })
    expect(await score.getAttribute('class')).toContain('text-bad')
  })
})

describe('the header', () => {
  it('shows no green and no count of servers as long as the store was never read', async () => {
    const error = 'connect ECONNREFUSED 127.0.0.1:6379'
    server.overview = makeOverview({ store: { ok: false, kind: 'redis', latencyMs: null, error } })
    const { page } = await open()
    await status(page).getByText('no data yet', { exact: true }).waitFor()
    expect(await status(page).getAttribute('class')).not.toMatch(/text-ok/)
    expect(await words(page.locator('header'))).not.toMatch(/live|lost/)
    expect(await page.getByText(error).count()).toBe(1)
  })

  it('is connected, but not green, while the store does not answer any more', async () => {
    server.overview = { ...makeShopFleet(), store: { ok: false, kind: 'redis', latencyMs: null, error: 'gone' } }
    const { page } = await open()
    await status(page)
      .getByText(/^(connected|data is)/)
      .waitFor()
    expect(await status(page).getAttribute('class')).not.toMatch(/text-ok/)
    expect(await words(page.locator('header'))).toContain('6 servers live · 1 lost')
  })
})

describe('the filter', () => {
  it('is reached by /, kept in the URL, and emptied by Escape', async () => {
    const { page } = await open('?keep=1')
    await card(page, 'web-1').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('web-2')
    await card(page, 'web-1').waitFor({ state: 'detached' })
    expect(await page.locator('[data-node]').count()).toBe(1)
    expect(page.url()).toMatch(/\?keep=1&q=web-2$/)
    await page.reload()
    await card(page, 'web-2').waitFor()
    expect(await page.locator('[data-node]').count()).toBe(1)
    await page.keyboard.press('/')
    await page.keyboard.press('Escape')
    await card(page, 'web-1').waitFor()
    expect(page.url()).toMatch(/\?keep=1$/)
  })

  it('keeps to an environment, and offers a way back when nothing matches', async () => {
    const { page } = await open()
    await page.getByLabel('Environment').selectOption('staging')
    await card(page, 'web-1').waitFor({ state: 'detached' })
    expect(await page.locator('[data-node]').count()).toBe(1)
    expect(page.url()).toContain('env=staging')
    await page.getByLabel(/^Filter/).fill('nowhere')
    await page.getByRole('button', { name: 'Show everything' }).click()
    await card(page, 'web-1').waitFor()
    expect(page.url()).toBe(server.url)
  })
})

describe('the theme', () => {
  it('follows the system until another is chosen, and remembers the choice', async () => {
    const { page } = await open('', { colorScheme: 'dark' })
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
    await card(page, 'web-1').waitFor()
    const dark = await background()
    await page.getByRole('button', { name: 'Theme: system' }).click()
    await page.getByRole('button', { name: 'Theme: light' }).waitFor()
    const light = await background()
    expect(light).not.toBe(dark)
    await page.reload()
    await card(page, 'web-1').waitFor()
    expect(await background()).toBe(light)
    await page.getByRole('button', { name: 'Theme: light' }).click()
    expect(await background()).toBe(dark)
  })
})

describe('the live stream', () => {
  it('changes a figure, adds and removes servers without loading the page again', async () => {
    const { page } = await open()
    await card(page, 'web-1').waitFor()
    await page.evaluate(() => document.documentElement.setAttribute('data-mark', 'same document'))
    const beat = makeHeartbeat('shop-api', 'web-1')
    server.send(
      'system_pulse',
      difference({
        nodes: [
          makeNode('shop-api', 'web-1', { heartbeat: { ...beat, cpu: { ...beat.cpu, process: 77 } }, samples: [] }),
          makeNode('shop-api', 'web-9'),
        ],
        goneNodes: ['admin:admin-0'],
      }),
    )
    await card(page, 'web-1').getByText('77 %').waitFor()
    await card(page, 'web-9').waitFor()
    await card(page, 'admin-0').waitFor({ state: 'detached' })
    expect(await page.locator('html').getAttribute('data-mark')).toBe('same document')
  })

  it('puts new slow entries and exceptions in their lists', async () => {
    const { page } = await open()
    await card(page, 'web-1').waitFor()
    server.send('slow', [makeSlow({ name: 'GET /brand-new', ts: Date.now() })])
    server.send('errors', [makeException({ id: 'new', name: 'BrandNewError', fingerprint: 'new', ts: Date.now() })])
    await page.getByText('BrandNewError').waitFor()
    expect((await page.locator('li:first-child summary').allInnerTexts())[0]).toContain('BrandNewError')
    await page.getByRole('region', { name: 'Slow requests and jobs' }).getByText('GET /brand-new').waitFor()
  })

  it('says that it reconnects when the server is gone, and goes on when it is back', async () => {
    const { page } = await open()
    await card(page, 'web-1').waitFor()
    await server.stop()
    await status(page).getByText('reconnecting').waitFor()
    expect(await card(page, 'web-1').isVisible()).toBe(true)
    server.overview = { ...server.overview, at: Date.now(), nodes: [makeNode('shop-api', 'web-after')] }
    await server.start()
    await card(page, 'web-after').waitFor()
    await status(page).getByText('connected', { exact: true }).waitFor()
  })

  it('says why when the server refuses, and goes on by itself when it answers again', async () => {
    const { page } = await open()
    await card(page, 'web-1').waitFor()
    server.failWith = 502
    await server.stop()
    await server.start()
    await page.getByText('Zenith answered with status 502.').waitFor()
    server.failWith = null
    server.overview = { ...server.overview, at: Date.now() }
    await status(page).getByText('connected', { exact: true }).waitFor()
    expect(await page.getByText('status 502').count()).toBe(0)
  })

  it('says how old the data is when nothing newer comes', async () => {
    const { page } = await open()
    await page
      .getByRole('status')
      .getByText(/^data is 1\d s old$/)
      .waitFor()
    server.send('system_pulse', difference({}))
    await status(page).getByText('connected', { exact: true }).waitFor()
  })

  it('asks beside a silent stream, so that a fleet without change stays live', async () => {
    const { page } = await open()
    await card(page, 'web-1').waitFor()
    const quiet: Overview = { ...server.overview }
    Object.defineProperty(quiet, 'at', { get: () => Date.now(), enumerable: true })
    server.overview = quiet
    const asked = await page.waitForResponse((response) => response.url().endsWith('api/overview'))
    expect(asked.status()).toBe(200)
    await page.waitForResponse((response) => response.url().endsWith('api/overview'))
    expect(await words(status(page))).toBe('connected')
    await vi.waitFor(() => expect(server.opened).toBe(1))
  })
})
