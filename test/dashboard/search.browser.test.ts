import type { Page } from 'playwright-core'
import { expect, it, vi } from 'vitest'
import { axeFindings, checkLooks } from './fixture/looks.js'
import { makeShopWithQueues, openShop } from './fixture/shop-pages.js'

const shop = openShop(makeShopWithQueues)

const field = (page: Page) => page.getByLabel('Search the jobs of all queues')
const status = (page: Page) => page.getByRole('region', { name: 'Jobs' }).getByRole('status')
const box = (page: Page) => page.getByRole('combobox', { name: /^Search for/ })
const options = (page: Page) => page.getByRole('listbox').getByRole('option').allInnerTexts()

it('searches the jobs of all queues, part by part, and says how far', async () => {
  const { page, problems } = await shop.open('?page=queues')
  await field(page).fill('customer-7@')
  await page.keyboard.press('Enter')
  await status(page)
    .getByText(/^\d+ jobs found\. Searched (\d+) of \1 queues, at most 5,000 jobs of each\./)
    .waitFor()
  expect(page.url()).toContain('find=customer-7%40')
  const list = page.getByRole('list', { name: 'Jobs that match' })
  await list.getByRole('link', { name: 'send-reminder' }).first().waitFor()
  await checkLooks(page)
  await page.getByRole('group', { name: 'What narrows this page' }).getByRole('button').click()
  await page.getByRole('heading', { level: 2, name: 'Needs attention' }).waitFor()
  expect(problems).toEqual([])
})

it('opens what it found, and comes back to it', async () => {
  const { page } = await shop.open('?page=queues&find=customer-7@')
  const found = page.getByRole('list', { name: 'Jobs that match' }).getByRole('link', { name: 'send-reminder' }).first()
  await found.click()
  await page.getByRole('heading', { level: 1, name: 'send-reminder' }).waitFor()
  await page.goBack()
  await found.waitFor()
})

it('is cancelled, and goes on', async () => {
  shop.server.delayMs = 1_000
  const { page } = await shop.open('?page=queues&find=customer-7@')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await status(page)
    .getByText(/cancelled|Not searched/)
    .waitFor()
  shop.server.delayMs = 0
  await page.getByRole('button', { name: 'Search on' }).click()
  await status(page)
    .getByText(/Searched (\d+) of \1 queues/)
    .waitFor()
})

it('names the queues that were not searched to the end, and says when nothing matches', async () => {
  shop.server.overview = {
    ...shop.server.overview,
    queues: shop.server.overview.queues.map((queue) =>
      queue.name === 'mail' ? { ...queue, error: 'connect ECONNREFUSED' } : queue,
    ),
  }
  const { page } = await shop.open('?page=queues&find=nothing-like-this')
  await page.getByText('No job matches so far').waitFor()
  await page.getByText(/queues? not searched to the end/).click()
  await page.getByText('mail: connect ECONNREFUSED').waitFor()
})

it.each([
  ['POST /orders', 'Routes', /page=routes&service=[\w-]+&route=POST/],
  ['send-mail', 'Job names', /page=queues&route=send-mail&queue=bullmq%7Cmail/],
  ['MailboxUnavailable', 'Exceptions', /page=exceptions&service=mailer&period=1h&fingerprint=fp-mail/],
  ['8801', 'Jobs', /page=queues&queue=.*&job=8801/],
  ['7d1c', 'Exceptions', /page=exceptions&service=shop-api&period=1h&fingerprint=fp-price/],
])('the palette finds %s by the keyboard alone', async (text, group, url) => {
  const { page, problems } = await shop.open()
  await page.getByRole('heading', { level: 1, name: 'Pulse' }).waitFor()
  await page.keyboard.press('Control+k')
  await box(page).waitFor()
  await page.keyboard.type(text)
  await page.getByText(/^Searched routes/).waitFor()
  const index = (await options(page)).findIndex((option) => option.includes(text) || option.includes(group))
  expect(index, (await options(page)).join('; ')).toBeGreaterThanOrEqual(0)
  expect(await axeFindings(page)).toEqual([])
  for (let step = 0; step < index; step++) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await vi.waitFor(() => expect(page.url()).toMatch(url))
  expect(problems).toEqual([])
})

it('the palette shows the answer to the last text, and says when nothing matches and what was searched', async () => {
  const { page } = await shop.open()
  await page.getByRole('heading', { level: 1, name: 'Pulse' }).waitFor()
  await page.keyboard.press('Control+k')
  shop.server.delayMs = 400
  await box(page).fill('8801')
  await page.waitForRequest((request) => request.url().includes('api/search?text=8801'))
  await box(page).fill('no-such-thing')
  await page.getByText('Nothing matches').waitFor()
  await page.getByText(/^Searched routes, exceptions and slow entries of \d+ services; looked up the id in/).waitFor()
  expect(await options(page)).toEqual([])
  expect(await axeFindings(page)).toEqual([])
})
