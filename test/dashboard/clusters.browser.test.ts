import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { launchBrowser } from '../support/browser.js'
import { extent } from '../support/extent.js'
import type { FixtureClusters } from './fixture/clusters.js'
import { checkLooks } from './fixture/looks.js'
import { type OpenPage, openPage } from './fixture/open-page.js'
import type { FixtureServer } from './fixture/server.js'
import { change, startShopClusters } from './fixture/shop-clusters.js'

let browser: Browser
let clusters: FixtureClusters
const opened: OpenPage[] = []

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  clusters = await startShopClusters()
})
afterEach(async () => {
  for (const page of opened.splice(0)) await page.close()
  await clusters.stop()
})

async function open(query = '', options?: Parameters<typeof openPage>[2]): Promise<OpenPage> {
  const one = await openPage(browser, `${clusters.url}${query}`, options)
  opened.push(one)
  return one
}

const title = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
const switcher = (page: Page) => page.getByRole('banner').getByRole('button', { expanded: false }).first()
const clusterOf = (page: Page) => new URL(page.url()).searchParams.get('cluster')
const serverOf = (id: string) => clusters.of.get(id) as FixtureServer

async function isAt(page: Page, cluster: string | null, name: string): Promise<void> {
  await vi.waitFor(() => expect(clusterOf(page)).toBe(cluster))
  await title(page, name)
}

describe('the page of all clusters', () => {
  it('is where one begins, with a card for each and what needs attention, the worst first', async () => {
    const { page, problems } = await open()
    await title(page, 'All clusters')
    expect(await page.title()).toBe('All clusters · Zenith')
    const card = (name: string) => page.getByRole('article', { name })
    await card('Production').getByText('1 critical, 2 warnings').waitFor()
    await card('Production').getByText('needs attention').waitFor()
    await card('Staging').getByText('ok', { exact: true }).waitFor()
    await card('Test in Europe')
      .getByText(/^No answer since .* \(3 min ago\).*last known figures/)
      .waitFor()
    const together = page.getByRole('region', { name: 'All clusters together' })
    await together.getByText(/^2 of 3 clusters known/).waitFor()
    const rows = page.getByRole('list', { name: 'What needs attention' }).getByRole('listitem')
    expect(await rows.first().textContent()).toContain('Test in Europe')
    expect(await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allInnerTexts()).toEqual([
      'All clusters',
    ])
    expect(problems).toEqual([])
  })

  it('leads to the thing in its cluster, and back', async () => {
    const { page, problems } = await open('?period=1h')
    const link = page.getByRole('list', { name: 'What needs attention' }).getByRole('link', { name: /^queue mail/ })
    expect(await link.getAttribute('href')).toMatch(/^\?cluster=prod&page=queues&period=1h&queue=/)
    await link.click()
    await isAt(page, 'prod', 'mail')
    await page.goBack()
    await isAt(page, null, 'All clusters')
    await page.getByRole('article', { name: 'Staging' }).getByRole('link', { name: 'Staging' }).click()
    await isAt(page, 'staging', 'Pulse')
    await page.getByRole('article', { name: 'shop-api staging-web-1' }).waitFor()
    expect(problems).toEqual([])
  })

  it('follows the stream, writes no zero for what is unknown, and lists a few of each cluster', async () => {
    const { page } = await open()
    await title(page, 'All clusters')
    const trouble = (at: number) =>
      ({ kind: 'queue', key: `bullmq|q${at}`, name: `q${at}`, text: 'is stuck', isBad: false }) as const
    change(clusters, 'prod', { troubles: Array.from({ length: 20 }, (_, at) => trouble(at)), moreTroubles: 7 })
    change(clusters, 'staging', { state: 'unread', at: null, figures: null, alerts: null, store: null, troubles: [] })
    clusters.tell()
    await page.getByRole('link', { name: 'and 22 more in Production' }).waitFor()
    const staging = page.getByRole('article', { name: 'Staging' })
    await staging.getByText('not read yet').waitFor()
    expect((await staging.locator('dd').allInnerTexts()).every((text) => text === '–')).toBe(true)
    await page.getByText(/^1 of 3 clusters known/).waitFor()
  })

  it('says so where two clusters are one Redis, and counts it once', async () => {
    const { page } = await open()
    const figure = page.getByRole('region', { name: 'All clusters together' }).locator('dd').nth(2)
    await vi.waitFor(async () => expect(await figure.textContent()).toBe('6'))
    change(clusters, 'prod', { sameAs: 'staging' })
    change(clusters, 'staging', { sameAs: 'prod' })
    clusters.tell()
    await page.getByText(/^Production and Staging are the same Redis/).waitFor()
    await page.getByText(/^Staging and Production are the same Redis/).waitFor()
    await vi.waitFor(async () => expect(await figure.textContent()).toBe('5'))
  })

  it('has the pages of users, which need no cluster', async () => {
    for (const server of clusters.of.values())
      Object.assign(server.session, { user: 'ada', account: true, people: true })
    const { page, problems } = await open()
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'People' }).click()
    await title(page, 'People')
    await page.getByRole('list', { name: 'Users' }).waitFor()
    await page
      .getByRole('banner')
      .getByRole('link', { name: /^ada\b/ })
      .click()
    await title(page, 'Account')
    await page.getByRole('list', { name: 'Your sessions' }).waitFor()
    expect(clusters.asked.filter((path) => /people|account/.test(path))).toEqual(['people', 'account'])
    expect(problems).toEqual([])
  })
})

describe('switching', () => {
  it('by clicks and keys of the menu keeps the page and the time, and nothing that has a name', async () => {
    const { page, problems } = await open('?cluster=prod&page=queues&service=shop-api&q=mail&period=1h')
    await title(page, 'Queues')
    expect(await page.title()).toBe('(1 lost) Queues · Production · Zenith')
    await switcher(page).click()
    const entries = page.getByRole('menu', { name: 'Clusters' }).getByRole('menuitem')
    await entries.filter({ hasText: 'Production' }).and(page.locator('[aria-current]:focus')).waitFor()
    expect(await entries.allInnerTexts()).toHaveLength(4)
    await entries.filter({ hasText: 'Production' }).getByText('3 alerts · 1 lost').waitFor()
    for (const [key, name] of [
      ['End', 'All clusters'],
      ['Home', 'Production'],
      ['ArrowUp', 'All clusters'],
      ['ArrowDown', 'Production'],
      ['t', 'Test in Europe'],
      ['s', 'Staging'],
    ] as const) {
      await page.keyboard.press(key)
      await entries.filter({ hasText: name }).and(page.locator(':focus')).waitFor()
    }
    await page.keyboard.press('Escape')
    await page.locator('button[aria-haspopup="menu"]:focus').waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('s')
    await page.keyboard.press('Enter')
    await isAt(page, 'staging', 'Queues')
    expect(new URL(page.url()).search).toBe('?cluster=staging&page=queues&period=1h')
    await page.locator('h1:focus').waitFor()
    await page.goBack()
    await isAt(page, 'prod', 'Queues')
    expect(new URL(page.url()).searchParams.get('q')).toBe('mail')
    expect(problems).toEqual([])
  })

  it('by g and a number, and by the palette; a page about one thing becomes its list', async () => {
    const { page, problems } = await open('?cluster=prod&page=service&service=shop-api')
    await title(page, 'shop-api')
    await page.keyboard.type('g2')
    await isAt(page, 'staging', 'Services')
    await page.keyboard.type('g0')
    await isAt(page, null, 'All clusters')
    await page.keyboard.type('g1')
    await isAt(page, 'prod', 'Pulse')
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').getByRole('combobox').fill('test in')
    await page.getByRole('option', { name: /Test in Europe/ }).waitFor()
    await page.keyboard.press('Enter')
    await isAt(page, 'test-eu', 'Pulse')
    await page.keyboard.press('?')
    await page.getByRole('dialog').getByText('go to all clusters').waitFor()
    await page.goBack()
    await isAt(page, 'prod', 'Pulse')
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(problems).toEqual([])
  })

  it('leaves one stream open at any time', async () => {
    const { page } = await open('?cluster=prod')
    await title(page, 'Pulse')
    const isOne = (id: string | null) =>
      vi.waitFor(() => expect([clusters.streams, id === null ? 1 : serverOf(id).streams]).toEqual([1, 1]))
    await isOne('prod')
    for (const [keys, id] of [
      ['g2', 'staging'],
      ['g0', null],
      ['g3', 'test-eu'],
    ] as const) {
      await page.keyboard.type(keys)
      await vi.waitFor(() => expect(clusterOf(page)).toBe(id))
      await isOne(id)
    }
    await page.goto(`${clusters.url}?cluster=nowhere`)
    await isOne(null)
  })

  it('shows nothing that the other cluster answers late, though names are the same', async () => {
    const { page, problems } = await open('?cluster=prod')
    await switcher(page).getByText('Production', { exact: true }).waitFor()
    serverOf('prod').delayMs = 5_000
    await page.keyboard.type('gs')
    await vi.waitFor(() => expect(clusters.asked).toContain('c/prod/slow/groups'))
    const aborted = page.waitForEvent('requestfailed', (request) => request.url().includes('/c/prod/slow/groups'))
    await page.keyboard.type('g2')
    await aborted
    await isAt(page, 'staging', 'Slow requests and jobs')
    const before = clusters.asked.length
    serverOf('prod').delayMs = 0
    serverOf('prod').send('system_pulse', { full: true, ...serverOf('prod').overview })
    await page.keyboard.type('gq')
    await title(page, 'Queues')
    await page.getByRole('link', { name: 'mail', exact: true }).waitFor()
    expect(await page.getByRole('link', { name: 'orders:confirm' }).count()).toBe(0)
    expect(clusters.asked.slice(before).filter((path) => path.startsWith('c/prod'))).toEqual([])
    expect(problems).toEqual([])
  })

  it('takes no selection, no draft and no dialog along, and changes with the token of the cluster alone', async () => {
    const { page } = await open('?cluster=prod&page=queues&queue=bullmq%7Cmail')
    await title(page, 'mail')
    await page
      .getByRole('checkbox', { name: /^Select/ })
      .first()
      .check()
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    await page.getByRole('dialog').waitFor()
    await page.evaluate(() => {
      history.pushState(null, '', '?cluster=staging&page=queues&queue=bullmq%7Cmail')
      dispatchEvent(new PopStateEvent('popstate'))
    })
    await isAt(page, 'staging', 'mail')
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(0)
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    const sent = page.waitForRequest((request) => request.method() === 'POST')
    await page.getByRole('dialog').getByRole('button', { name: 'Pause mail' }).click()
    const request = await sent
    expect(request.url()).toContain('/api/c/staging/queues/')
    expect(request.headers()['x-zenith-token']).toBe('token-of-staging')
  })
})

describe('a cluster that may not be seen', () => {
  it.each(['nowhere', 'staging', '..', 'Staging'])('is said to be none: %s', async (id) => {
    clusters.forbidden = ['staging']
    const { page } = await open(`?cluster=${id}&page=queues`)
    await title(page, 'Cluster not found')
    await page.getByText(`There is no cluster “${id}”, or you may not see it`).waitFor()
    const list = page.getByRole('list', { name: 'Clusters that you may see' })
    await vi.waitFor(async () =>
      expect(await list.getByRole('link').allInnerTexts()).toEqual(['Production', 'Test in Europe']),
    )
    await list.getByRole('link', { name: 'Production' }).click()
    await isAt(page, 'prod', 'Pulse')
  })

  it('any more is left', async () => {
    const { page } = await open('?cluster=staging')
    await title(page, 'Pulse')
    await switcher(page).getByText('Staging', { exact: true }).waitFor()
    clusters.forbidden = ['staging']
    await serverOf('staging').stop()
    await serverOf('staging').start()
    await title(page, 'Cluster not found')
  })

  it('leaves one that is shown at once where it is the only one', async () => {
    clusters.forbidden = ['prod', 'test-eu']
    const { page, problems } = await open('?page=queues')
    await isAt(page, 'staging', 'Queues')
    expect(await page.getByRole('button', { name: /Staging/ }).count()).toBe(0)
    await page.goBack().catch(() => null)
    expect(problems).toEqual([])
  })
})

it('says of a cluster that is away how old its figures are, in the switcher and on its page', async () => {
  const { page } = await open('?cluster=test-eu')
  await switcher(page).getByText('does not answer').waitFor()
  serverOf('test-eu').send('system_pulse', {
    ...{ full: true, ...serverOf('test-eu').overview, at: Date.now() - 200_000 },
    store: { ok: false, kind: 'redis', latencyMs: null, error: 'connect ECONNREFUSED' },
  })
  await page.getByText(/^Redis does not answer: connect ECONNREFUSED/).waitFor()
})

describe('axe finds nothing in both themes, and nothing is wider than the window or its card', () => {
  const cases = [
    ['all clusters', '', 'All clusters'],
    ['an unknown cluster', '?cluster=nowhere', 'Cluster not found'],
  ] as const

  it.each(cases)('of %s', async (_, query, name) => {
    change(clusters, 'prod', { sameAs: 'staging', name: 'a-name-that-is-much-longer-than-a-card-is-wide-on-a-phone' })
    const { page } = await open(query)
    await title(page, name)
    await checkLooks(page)
  })

  it('of the menu', async () => {
    const { page, problems } = await open('?cluster=prod&page=alerts')
    await switcher(page).click()
    await page.getByRole('menuitem').first().waitFor()
    await checkLooks(page)
    expect(problems).toEqual([])
  })

  it.each(extent([1280, 1366, 1440], (width) => width === 1280))('in a header of one row at %i px', async (width) => {
    for (const server of clusters.of.values())
      Object.assign(server.session, { user: 'ada', account: true, people: true, canLogOut: true })
    const { page } = await open('?cluster=prod', { viewport: { width, height: 800 } })
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'People' }).waitFor()
    await switcher(page).getByText('Production', { exact: true }).waitFor()
    const box = await page.getByRole('banner').boundingBox()
    expect(box?.height).toBeLessThanOrEqual(64)
    const nav = page.getByRole('navigation', { name: 'Pages' })
    expect(await nav.evaluate((row) => row.scrollWidth - row.clientWidth)).toBeLessThanOrEqual(1)
  })
})
