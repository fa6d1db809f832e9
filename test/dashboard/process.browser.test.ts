import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { checkLooks } from './fixture/looks.js'
import { openShop } from './fixture/shop-pages.js'

const { open } = openShop()

const CHARTS = [
  ...['CPU of the process', 'Memory', 'Event-loop delay', 'Event loop busy'],
  ...['GC time per minute', 'GC pauses', 'Fullest disk', 'Requests'],
]

/** The charts by their titles, when all are drawn. */
async function chartsOf(page: Page, first: string): Promise<string[]> {
  await page.getByRole('img', { name: first }).waitFor()
  const labels = await page.locator('figure [role=img]').evaluateAll((all) => all.map((one) => one.ariaLabel ?? ''))
  return labels.map((label) => label.split(':')[0] ?? '')
}

it('a row of the list of processes opens its page: its past, figures and facts', async () => {
  const { page, problems } = await open('?page=service&service=shop-api')
  const row = page.getByRole('group', { name: 'Processes', exact: true }).getByRole('row').filter({ hasText: 'web-2' })
  await row.getByText('region eu-west-1 · shard 3').waitFor()
  await row.getByRole('cell').nth(2).click()
  await page.getByRole('heading', { level: 1, name: 'web-2' }).waitFor()
  expect(page.url()).toContain('?page=service&service=shop-api&node=web-2')
  expect(await chartsOf(page, 'CPU of the process')).toEqual(CHARTS)
  await page.getByText('heap limit', { exact: true }).waitFor()
  await page.getByText('disk /var/lib/uploads').waitFor()
  await page.getByRole('heading', { name: 'Meta' }).waitFor()
  await page.getByText('"checkout": "new"').waitFor()
  await checkLooks(page)
  await page.keyboard.press('Escape')
  await page.getByRole('heading', { level: 1, name: 'shop-api' }).waitFor()
  expect(problems).toEqual([])
})

it('goes back as far as the period', async () => {
  const { page } = await open('?page=service&service=shop-api&node=web-2')
  await page.getByText('last 15 min, by the minute').waitFor()
  const asked = page.waitForRequest((request) => request.url().includes('/history?period=1h'))
  await page.getByText('1 h', { exact: true }).click()
  await asked
  await page.getByText('last 1 h, by the minute').waitFor()
  expect(page.url()).toContain('period=1h')
  expect(await chartsOf(page, 'Memory')).toEqual(CHARTS)
})

it('shows the last beats of a process whose recorder stores no past, and says so', async () => {
  const { page, problems } = await open('?page=service&service=checkout&node=checkout-1')
  await page.getByText('has a recorder that stores no past').waitFor()
  expect(await chartsOf(page, 'Memory (RSS)')).toEqual([
    ...['CPU of the process', 'Memory (RSS)', 'Event loop', 'Requests'],
  ])
  await checkLooks(page)
  expect(problems).toEqual([])
})

it('says so when no process has this id', async () => {
  const { page } = await open('?page=service&service=shop-api&node=nothing')
  await page.getByText('No process with this id reports').waitFor()
})
