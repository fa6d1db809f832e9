import { describe, expect, it, vi } from 'vitest'
import type { PulseDifference } from '../../src/api/overview.js'
import { makeOverview, WHOLE } from './fixture/fleet.js'
import { checkLooks } from './fixture/looks.js'
import { makeShopWithQueues, openShop } from './fixture/shop-pages.js'
import { makeManyQueues, makeQueue } from './fixture/shop-queues.js'

const shop = openShop(makeShopWithQueues)
const QUEUES = '?page=queues'

async function openQueues(query = '') {
  const opened = await shop.open(`${QUEUES}${query}`)
  const { page } = opened
  await page.getByRole('heading', { level: 2 }).first().waitFor()
  return {
    ...opened,
    attention: page.getByRole('group', { name: 'Queues that need attention' }),
    healthy: page.getByRole('group', { name: 'Healthy queues' }),
    row: (name: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) }),
  }
}

describe('all queues', () => {
  it('stand in one look, those that need attention above, with the reasons in words', async () => {
    const { page, attention, healthy, row, problems } = await openQueues()
    expect(await page.getByRole('heading', { level: 2 }).allTextContents()).toEqual(['Needs attention', 'Healthy'])
    expect(await attention.getByRole('link').allTextContents()).toEqual([
      'webhooks',
      'exports',
      'reports/nightly',
      'mail',
    ])
    await row('exports').getByText('2 jobs are overdue by 1 min 35 s; no worker is picking them up').waitFor()
    await row('reports/nightly').getByText('paused', { exact: true }).waitFor()
    expect(await healthy.getByRole('link').count()).toBe(7)
    expect(problems).toEqual([])
  })

  it('tell Gravito’s from external ones, estimates from counts, and the unknown from nothing', async () => {
    const { row } = await openQueues()
    expect(await row('emails').locator('th').textContent()).toContain('Gravito Stream (Gravito)')
    expect(await row('default').locator('th').textContent()).toContain('Laravel Horizon (external)')
    const cells = async (name: string) => (await row(name).locator('td').allInnerTexts()).map((text) => text.trim())
    expect(await cells('clickstream')).toEqual(['~48.2k', '–', '–', '–', '~310', '~0', '~12', '–'])
    expect(await cells('orders:invoice')).toEqual(['0', '–', '0/min', '0/min', '0', '0', '2', '4'])
    await row('reports/hourly').getByText('read only').waitFor()
  })

  it('follow the stream, and stay when they are drained', async () => {
    const { row, healthy } = await openQueues()
    const mail = shop.server.overview.queues.find(({ name }) => name === 'mail')
    if (!mail) throw new Error('The shop has no mail')
    const metrics = { ...mail.metrics, waiting: 0, prioritized: 0 }
    const { store } = shop.server.overview
    const tick: PulseDifference = {
      full: false,
      at: Date.now(),
      ...WHOLE,
      nodes: [],
      goneNodes: [],
      services: [],
      goneServices: [],
      queues: [{ ...mail, metrics, attention: [], samples: [] }],
      goneQueues: [],
      unreadable: 0,
      untrusted: null,
      store,
    }
    shop.server.send('system_pulse', tick)
    await healthy.getByRole('link', { name: 'mail', exact: true }).waitFor()
    expect(await row('mail').locator('td').first().textContent()).toBe('0')
  })

  it('are filtered by text and service, grouped by a delimiter, and sorted, with the choice in the URL', async () => {
    const { page, healthy } = await openQueues()
    await page.keyboard.press('/')
    await page.keyboard.type('orders')
    await vi.waitFor(async () =>
      expect(await page.locator('main [data-row]').allTextContents()).toEqual(['orders:confirm', 'orders:invoice']),
    )
    await page.keyboard.press('Escape')
    await page.getByRole('combobox', { name: 'Group by' }).selectOption(':')
    const group = healthy.getByRole('button', { name: /^orders:/ })
    expect(await group.textContent()).toBe('orders:2 · 4 waiting')
    expect(new URL(page.url()).searchParams.get('group')).toBe(':')
    await group.click()
    expect(await healthy.getByRole('link', { name: 'orders:confirm' }).count()).toBe(0)
    await page.getByRole('combobox', { name: 'Group by' }).selectOption('')
    await healthy.getByRole('button', { name: 'Backlog' }).click()
    expect(await healthy.getByRole('link').first().textContent()).toBe('clickstream')
    await page.getByRole('combobox', { name: 'Service' }).selectOption('checkout')
    await vi.waitFor(async () =>
      expect(await page.locator('main [data-row]').allTextContents()).toEqual(['webhooks', 'orders:confirm']),
    )
  })

  it('are reached by g q, walked by j and k, opened by Enter and left by Escape', async () => {
    const { page } = await shop.open()
    await page.getByRole('heading', { level: 1, name: 'Pulse' }).waitFor()
    for (const key of ['g', 'q']) await page.keyboard.press(key)
    await page.getByRole('group', { name: 'Healthy queues' }).waitFor()
    for (const key of ['j', 'j', 'j', 'j', 'Enter']) await page.keyboard.press(key)
    await page.getByRole('heading', { level: 1, name: 'mail' }).waitFor()
    expect(new URL(page.url()).searchParams.get('queue')).toBe('bullmq|mail')
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { level: 1, name: 'Queues' }).waitFor()
  })

  it('are found in the palette', async () => {
    const { page } = await openQueues()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: /^Search for/ }).waitFor()
    await page.keyboard.type('nightly')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'reports/nightly' }).waitFor()
  })

  it('say what to do where there are none', async () => {
    shop.server.overview = { ...shop.server.overview, queues: [] }
    const { page } = await openQueues()
    await page.getByText('quasar.monitorQueues(').waitFor()
    await page.getByText('--queues').waitFor()
    await checkLooks(page)
  })
})

it('shows the queues that need a look on Pulse, and a service’s own on its page', async () => {
  const { page } = await shop.open()
  const pulse = page.getByRole('region', { name: 'Queues' })
  await pulse.getByText('11 queues · 4 need attention').waitFor()
  await pulse.getByText('Paused with 120 jobs waiting').waitFor()
  expect(await pulse.locator('[data-row]').first().textContent()).toBe('webhooks')
  await page.goto(`${shop.server.url}?page=service&service=checkout`)
  const own = page.getByRole('region', { name: 'Queues' })
  await own.waitFor()
  expect(await own.locator('[data-row]').allTextContents()).toEqual(['webhooks', 'orders:confirm'])
})

it('shows queues to a Zenith that no server reports to', async () => {
  shop.server.overview = makeOverview({ queues: [makeQueue('lonely', { services: [] })] })
  const { page } = await shop.open()
  await page.getByRole('link', { name: 'lonely' }).waitFor()
})

it('draws only the rows of 1,000 queues that can be seen, and finds the last of them', async () => {
  shop.server.overview = { ...shop.server.overview, queues: makeManyQueues(1_000) }
  const { page, healthy, problems } = await openQueues()
  await page.getByText('990 queues').waitFor()
  expect(await healthy.locator('tbody tr[data-state]').count()).toBeLessThan(80)
  await healthy.evaluate((box) => box.scrollTo(0, box.scrollHeight))
  await healthy.getByRole('link', { name: 'tenant-39:queue-1000', exact: true }).waitFor()
  expect(await healthy.locator('tbody tr[data-state]').count()).toBeLessThan(80)
  await page.getByLabel(/^Filter/).fill('queue-777')
  await healthy.getByRole('link', { name: 'tenant-16:queue-777' }).waitFor()
  await page.getByLabel(/^Filter/).fill('')
  await page.getByRole('combobox', { name: 'Group by' }).selectOption(':')
  await healthy.getByRole('button', { name: /^tenant-0:/ }).waitFor()
  await checkLooks(page)
  expect(problems).toEqual([])
})

it('looks right in both themes at every width, with names that want to break it', async () => {
  const evil = '<img src=x onerror=alert(1)>'.repeat(6)
  const queues = [
    ...shop.server.overview.queues,
    makeQueue(evil, { services: [evil], attention: [{ kind: 'old', text: evil }] }),
    makeQueue('‮gnorw', { place: evil }),
  ]
  shop.server.overview = { ...shop.server.overview, queues }
  const { page, problems } = await openQueues()
  await page.getByRole('link', { name: evil }).waitFor()
  expect(await page.locator('img').count()).toBe(0)
  await checkLooks(page)
  await page.getByRole('link', { name: evil }).click()
  await page.getByRole('heading', { level: 1, name: evil }).waitFor()
  await checkLooks(page)
  expect(problems).toEqual([])
})
