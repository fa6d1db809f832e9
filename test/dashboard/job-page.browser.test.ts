import { expect, it, vi } from 'vitest'
import type { JobDetail } from '../../src/protocol/jobs.js'
import { checkLooks } from './fixture/looks.js'
import { makeJob } from './fixture/shop-jobs.js'
import { makeShopWithQueues, openShop } from './fixture/shop-pages.js'

const shop = openShop(makeShopWithQueues)

async function openJob(id: string, change: Partial<JobDetail> = {}) {
  const jobs = shop.server.desk.jobs.jobs.get('bullmq|mail') ?? []
  const index = jobs.findIndex((job) => job.id === id)
  if (index < 0) jobs.unshift(makeJob(0, 'failed', { id, ...change }))
  else jobs[index] = { ...(jobs[index] as JobDetail), ...change }
  const opened = await shop.open(`?page=queues&queue=bullmq%7Cmail&job=${encodeURIComponent(id)}`)
  await opened.page.getByRole('heading', { level: 2, name: 'Data' }).waitFor()
  return { ...opened, dialog: opened.page.getByRole('dialog') }
}

it('tells what a job carries, why it failed at each attempt, and what it did with its time', async () => {
  const { page, problems } = await openJob('8800')
  await page.getByText('waited 4.2 s').waitFor()
  await page.getByText('ran 840 ms').waitFor()
  const data = await page.getByRole('group', { name: 'Data' }).textContent()
  expect(data).toContain('"id": 90071992547409931')
  expect(await page.locator('mark').allTextContents()).toEqual(['"***"'])
  await page.getByText('1 value masked for its name').waitFor()
  await page.getByText('3 stacks kept of 3 attempts').waitFor()
  await page.getByRole('group', { name: 'Stack' }).getByText('mail.ts:43:11').waitFor()
  await page.getByText('2 attempts before it').click()
  await page.getByRole('group', { name: 'Stack' }).getByText('mail.ts:41:11').waitFor()
  expect(await page.getByRole('group', { name: 'Options' }).textContent()).toContain('"exponential"')
  await checkLooks(page)
  expect(problems).toEqual([])
})

it('cuts what is long until all of it is asked for', async () => {
  const { page } = await openJob('8800', { data: JSON.stringify({ text: 'x'.repeat(30_000), end: 'the end' }) })
  const data = page.getByRole('group', { name: 'Data' })
  expect(await data.textContent()).not.toContain('the end')
  await page.getByRole('button', { name: 'Show all' }).click()
  await data.getByText('the end').waitFor()
  expect(await page.getByRole('button', { name: 'Show all' }).count()).toBe(0)
})

it('shows hostile payloads and errors as text', async () => {
  const evil = '<img src=x onerror=alert(1)>'
  const { page, problems } = await openJob('8800', {
    data: `{"a":"${evil}"}`,
    failure: `${evil}\n${evil}`,
    stacks: [evil],
    options: { [evil]: evil },
    worker: evil,
  })
  await page.getByRole('group', { name: 'Data' }).getByText(evil).waitFor()
  expect(await page.locator('img').count()).toBe(0)
  expect(problems).toEqual([])
})

it('says that a role may not see payloads', async () => {
  shop.server.session.payloads = false
  const { page } = await openJob('8800')
  await page.getByText('Your role can’t see payloads').waitFor()
  expect(await page.locator('main').textContent()).not.toContain('example.com')
})

it('reads logs part by part', async () => {
  const { page } = await openJob('8800')
  await page.getByText('lines 1–100 of 240').waitFor()
  await page.getByRole('button', { name: 'Later' }).click()
  await page.getByRole('button', { name: 'Later' }).click()
  await page.getByRole('group', { name: 'Logs' }).getByText('sending part 240').waitFor()
  expect(await page.getByRole('button', { name: 'Later' }).isDisabled()).toBe(true)
})

it('leads along the flow, and says what is gone', async () => {
  const { page } = await openJob('8800', { children: { done: 1, total: 2 }, parent: { queue: 'mail', id: '8801' } })
  const flow = page.getByRole('region', { name: 'Flow' })
  await flow.getByText('gone').waitFor()
  await page.getByText('1 of 2 done').waitFor()
  await page.getByRole('link', { name: '8801' }).click()
  await vi.waitFor(() => expect(page.url()).toContain('job=8801'))
  await page.goBack()
  await flow.getByRole('link', { name: 'charge' }).click()
  await vi.waitFor(() => expect(page.url()).toContain('queue=bullmq%7Corders%3Aconfirm&job=w00'))
})

it('is retried by r, removed by #, and copied', async () => {
  const { page, dialog } = await openJob('8800')
  await page.getByRole('button', { name: 'Duplicate' }).click()
  await dialog.getByRole('button', { name: 'Add a copy of send-mail to mail' }).click()
  await page.getByText('The copy is job').waitFor()
  await page.keyboard.press('r')
  await dialog.getByRole('button', { name: 'Retry 1 failed job of mail' }).click()
  await page.getByText('1 job retried').waitFor()
  await page.getByText('Waiting', { exact: true }).waitFor()
  await page.keyboard.press('#')
  await dialog.getByRole('button', { name: 'Remove 1 waiting job of mail' }).click()
  await page.getByRole('group', { name: /jobs$/ }).waitFor()
  expect(page.url()).not.toContain('job=')
})

it('says so when it is gone, and goes back by Escape', async () => {
  const { page } = await shop.open('?page=queues&queue=bullmq%7Cmail&job=never')
  await page.getByText('This job is gone').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('heading', { level: 1, name: 'mail' }).waitFor()
})

it('says of a job that no list holds what can be done about it, and offers that', async () => {
  const { page, dialog } = await openJob('8800', { state: 'stuck', failure: null, error: null })
  await page.getByText('Stuck', { exact: true }).first().waitFor()
  await page.getByText('no worker takes it').waitFor()
  expect(await page.getByRole('button', { name: 'Retry' }).count()).toBe(0)
  await page.getByRole('button', { name: 'Duplicate' }).waitFor()
  await page.getByRole('button', { name: 'Remove' }).click()
  await dialog.getByRole('button', { name: 'Remove 1 stuck job of mail' }).click()
  await page.getByRole('group', { name: /jobs$/ }).waitFor()
})

it('leads to no other job from those that are under another prefix or on another Redis', async () => {
  const { page } = await openJob('8800', {
    children: { done: 1, total: 3 },
    parent: { queue: 'eu:mail', id: '8801', isElsewhere: true },
  })
  await page.getByText('eu:mail 8801 (elsewhere)').waitFor()
  const flow = page.getByRole('region', { name: 'Flow' })
  await flow.getByText('eu:mail 8800').waitFor()
  await flow.getByText('elsewhere, or replaced by another job').waitFor()
  expect(await flow.getByRole('link').allTextContents()).toEqual(['charge'])
  expect(await page.getByRole('link', { name: '8801' }).count()).toBe(0)
})
