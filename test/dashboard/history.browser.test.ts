import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { VersionMark } from '../../src/api/history.js'
import { makeService } from './fixture/fleet.js'
import { checkLooks } from './fixture/looks.js'
import type { FixtureServer } from './fixture/server.js'
import { makeShopWithQueues, openShop } from './fixture/shop-pages.js'

const shop = openShop(makeShopWithQueues)
const { open } = shop
let server: FixtureServer

const MINUTE = 60_000
const HOUR = 60 * MINUTE

function deployed(at: number, version: string, before: string): VersionMark {
  return { at, service: 'shop-api', added: [version], removed: [before], live: [version], isFirst: false }
}

beforeEach(() => {
  server = shop.server
  server.session.archive = true
  const now = Date.now()
  server.past = {
    gone: [makeService('legacy-api')],
    marks: {
      versions: [deployed(now - 5 * HOUR, '1.5.0', '1.4.2'), deployed(now - 18 * HOUR, '1.4.2', '1.4.1')],
      gaps: [{ from: now - 12 * HOUR, to: now - 10 * HOUR, stream: 'history', service: 'shop-api', lost: 1_200 }],
      alerts: [],
    },
  }
})

const longer = (page: Page) => page.getByLabel('Longer period')
const periodOf = (page: Page) => new URL(page.url()).searchParams.get('period')
const askedFor = (page: Page, path: RegExp) => page.waitForRequest((request) => path.test(request.url()))

describe('a period of the archive', () => {
  it('is picked beside the live ones, and every page asks for it', async () => {
    const { page, problems } = await open()
    await longer(page).selectOption('7d')
    expect(periodOf(page)).toBe('7d')
    await page.getByText(/^From the archive, to .+ Health, servers, processes and queues are as of now\.$/).waitFor()
    await page.getByRole('article', { name: 'legacy-api health' }).waitFor()
    for (const [name, path] of [
      ['Services', /api\/services\?period=7d/],
      ['Routes', /api\/routes\?period=7d/],
      ['Queues', /api\/queues\?period=7d/],
      ['Slow', /api\/slow\?period=7d/],
      ['Exceptions', /api\/errors\/groups\?period=7d/],
    ] as const) {
      // What is known already is not asked for again.
      const asked = name === 'Services' ? null : askedFor(page, path)
      await page.getByRole('navigation').getByRole('link', { name, exact: true }).click()
      await asked
      await page.getByText('From the archive').waitFor()
    }
    await page.getByText('15 min', { exact: true }).click()
    await page.getByText('From the archive').waitFor({ state: 'detached' })
    expect(periodOf(page)).toBeNull()
    expect(problems).toEqual([])
  })

  it('shows a service that no longer runs, with its figures', async () => {
    const { page, problems } = await open('?page=service&period=30d')
    await page.getByRole('row').filter({ hasText: 'legacy-api' }).getByText('no live server').waitFor()
    await page.getByRole('link', { name: 'legacy-api' }).click()
    await page.getByRole('img', { name: 'Throughput: rate now' }).waitFor()
    await page.getByRole('heading', { name: 'Routes' }).waitFor()
    expect(problems).toEqual([])
  })

  it('is on the page of a service that is not known any more', async () => {
    const { page } = await open('?page=service&service=legacy-api')
    await page.getByRole('link', { name: 'See its last 30 days' }).click()
    await page.getByRole('img', { name: 'Throughput: rate now' }).waitFor()
  })

  it('draws the past of a queue in the steps of the archive', async () => {
    const { page, problems } = await open('?page=queues')
    await page.getByRole('link', { name: 'mail', exact: true }).first().click()
    const asked = askedFor(page, /history\?period=24h/)
    await longer(page).selectOption('24h')
    await asked
    await page.getByText('From the archive. Counts and the list of jobs are as of now.').waitFor()
    await page.getByRole('img', { name: /^Backlog: backlog now/ }).waitFor()
    expect(problems).toEqual([])
  })

  it('lists the queues of then, also one that is no longer reported', async () => {
    const { page, problems } = await open('?page=queues&period=7d')
    await page.getByText(/^From the archive, to .+Counts are those at the end; oldest is the longest wait/).waitFor()
    const gone = page.getByRole('row').filter({ hasText: 'legacy-mail' })
    await gone.getByText('no longer reported').waitFor()
    await gone.getByText('13 %').waitFor()
    expect(await gone.getByRole('link').count()).toBe(0)
    await page.getByRole('columnheader', { name: 'Peak' }).waitFor()
    await page.getByText('15 min', { exact: true }).click()
    await page.getByRole('heading', { name: 'Needs attention' }).waitFor()
    expect(await page.getByText('legacy-mail').count()).toBe(0)
    expect(problems).toEqual([])
  })

  it('narrows and groups the queues of then as those of now', async () => {
    const { page } = await open('?page=queues&period=24h&q=legacy&group=service')
    await page.getByRole('row').filter({ hasText: 'legacy-mail' }).waitFor()
    expect(await page.getByRole('link', { name: 'mail', exact: true }).count()).toBe(0)
  })

  it('has the jobs of a queue by name', async () => {
    const { page, problems } = await open('?page=queues&period=7d')
    const asked = askedFor(page, /runs\?period=7d/)
    await page.getByRole('link', { name: 'mail', exact: true }).first().click()
    await asked
    const jobs = page.getByRole('region', { name: 'Jobs by name' })
    await jobs.getByText('the last 7 d').waitFor()
    await jobs.getByRole('img', { name: /^Throughput: ran now/ }).waitFor()
    expect(problems).toEqual([])
  })

  it('is not offered without an archive, and a URL that asks for it says what to do', async () => {
    server.session.archive = false
    const { page, problems } = await open('?page=service&service=shop-api&period=7d')
    await page
      .getByText(/asks for the last 7 d\. That needs an archive, .+docs\/archive\.md.+The page shows: last 1 h/)
      .waitFor()
    expect(await longer(page).count()).toBe(0)
    await page.getByRole('img', { name: 'Throughput: rate now' }).waitFor()
    expect(problems).toEqual([])
  })
})

describe('a window', () => {
  it('takes days with an archive, and an hour without', async () => {
    const { page } = await open('?page=service&service=shop-api')
    await page.getByRole('button', { name: 'Custom…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Window' })
    await dialog.getByLabel('From').fill('2020-11-29T12:00')
    await dialog.getByLabel('To').fill('2026-11-29T12:00')
    await dialog.getByLabel('To').press('Enter')
    await dialog.getByText('The end has to be after the start, at most 400 days later.').waitFor()
    await dialog.getByLabel('From').fill('2026-11-20T12:00')
    await dialog.getByLabel('To').press('Enter')
    await page.getByText('From the archive').waitFor()
  })

  it('within the last hour has the queues of then with an archive, and those of now without', async () => {
    const window = `from=${Date.now() - 40 * MINUTE}&to=${Date.now() - 10 * MINUTE}`
    const { page } = await open(`?page=queues&${window}`)
    await page.getByRole('row').filter({ hasText: 'legacy-mail' }).waitFor()
    server.session.archive = false
    const { page: without } = await open(`?page=queues&${window}`)
    await without.getByText('Queues are as of now: how they were in a window needs an archive.').waitFor()
    await without.getByRole('heading', { name: 'Needs attention' }).waitFor()
  })
})

describe('what charts mark', () => {
  const flags = (page: Page) => page.locator('figure').filter({ hasText: 'Throughput' }).locator('button')

  it('are deployments, which open what they changed, and times of which records were lost', async () => {
    const { page, problems } = await open('?page=service&service=shop-api&period=24h')
    await vi.waitFor(async () => expect(await flags(page).allInnerTexts()).toEqual(['1.4.2', '1.5.0']))
    await page.getByText(/^1,200 records of shop-api lost: no Zenith archived them, /).waitFor()
    const asked = Promise.all(
      [0, 1].map((index) => {
        const at = (server.past.marks.versions[0]?.at ?? 0) + (index === 0 ? -MINUTE : MINUTE)
        return page.waitForRequest((request) => {
          const { pathname, searchParams } = new URL(request.url())
          const [from, to] = [Number(searchParams.get('from')), Number(searchParams.get('to'))]
          return (
            pathname.endsWith('api/routes') &&
            to - from === HOUR &&
            (index === 0 ? to <= at + MINUTE : from >= at - MINUTE)
          )
        })
      }),
    )
    await page
      .getByRole('list', { name: 'Deployments' })
      .getByRole('button', { name: /shop-api 1\.5\.0/ })
      .click()
    await asked
    const panel = page.getByRole('region', { name: 'Before and after shop-api 1.5.0' })
    await panel.getByRole('row').filter({ hasText: 'POST /orders' }).waitFor()
    await vi.waitFor(async () => {
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Before and after shop-api 1.5.0')
    })
    await page.reload()
    await panel.waitFor()
    await panel.getByRole('button', { name: 'Close the comparison' }).click()
    await panel.waitFor({ state: 'detached' })
    await flags(page).first().click()
    await page.getByRole('region', { name: 'Before and after shop-api 1.4.2' }).waitFor()
    expect(problems).toEqual([])
  })

  it('include the week before as a line of its own, by the URL', async () => {
    const { page, problems } = await open('?page=service&service=shop-api&period=24h')
    const asked = page.waitForRequest((request) => {
      const { pathname, searchParams } = new URL(request.url())
      const to = Number(searchParams.get('to'))
      return pathname.endsWith('api/services') && Math.abs(Date.now() - 7 * 24 * HOUR - to) < HOUR
    })
    await page.getByRole('button', { name: 'Week before' }).click()
    await asked
    await page.getByRole('img', { name: /^Throughput: rate now .*; a week before now/ }).waitFor()
    expect(new URL(page.url()).searchParams.get('ghost')).toBe('week')
    await page.getByRole('button', { name: 'Week before' }).click()
    await page
      .getByRole('img', { name: /a week before/ })
      .first()
      .waitFor({ state: 'detached' })
    expect(problems).toEqual([])
  })

  it('are on the page of a route, too', async () => {
    const { page, problems } = await open('?page=routes&service=shop-api&route=POST+%2Forders&period=24h&ghost=week')
    await page.getByRole('img', { name: /^Throughput: .*a week before now/ }).waitFor()
    await page.getByRole('list', { name: 'Deployments' }).waitFor()
    expect(problems).toEqual([])
  })
})

it.each([
  ['Pulse', '?period=7d'],
  ['a service with what a deployment changed', '?page=service&service=shop-api&period=24h&ghost=week'],
])('fits every width and theme: %s', async (_, query) => {
  const deploy = server.past.marks.versions[0]?.at
  const { page } = await open(query.includes('ghost') ? `${query}&deploy=${deploy}` : query)
  await page.getByText('From the archive').waitFor()
  await page.getByRole('list', { name: 'Deployments' }).waitFor()
  if (query.includes('ghost'))
    await page
      .getByRole('region', { name: /^Before and after/ })
      .getByRole('row')
      .first()
      .waitFor()
  await checkLooks(page)
})

it('fits every width and theme: the queues of then', async () => {
  const { page } = await open('?page=queues&period=7d')
  await page.getByRole('row').filter({ hasText: 'legacy-mail' }).waitFor()
  await checkLooks(page)
})
