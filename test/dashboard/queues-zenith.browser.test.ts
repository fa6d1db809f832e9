import { FlowProducer, type Queue, Worker } from 'bullmq'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import type { QueueSource } from '../../src/ports.js'
import { bullmqQueues } from '../../src/queues/bullmq.js'
import { memoryStore } from '../../src/stores/memory.js'
import { launchBrowser } from '../support/browser.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { failJobs, openQueue, rowOf } from '../zenith/support/bullmq.js'
import { serve } from '../zenith/support/serve.js'
import { assets } from './fixture/assets.js'
import { type OpenPage, openPage } from './fixture/open-page.js'

let browser: Browser
let redis: TestRedis
let queue: Queue
let number = 0

beforeAll(async () => {
  await assets()
  browser = await launchBrowser()
  redis = await startRedis()
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await redis?.stop()
})
beforeEach(() => {
  number += 1
  queue = openQueue(redis, `mail-${number}`)
})

const trail = (page: Page) => page.getByRole('region', { name: 'Audit trail' })

/** A real Zenith that looks at the queue, and its page. @param change of the source */
async function openZenith(
  change: (source: QueueSource) => Partial<QueueSource> = () => ({}),
): Promise<OpenPage & { url: string }> {
  // Only now: the server's module takes the built page in.
  const { createZenith, toNodeHandler } = await import('../../src/create-zenith.js')
  const source = bullmqQueues({ connection: redis.url, queues: [queue.name] })
  const zenith = createZenith({
    store: memoryStore(),
    queues: [{ ...source, ...change(source) }],
    auth: () => 'admin',
    interval: 100,
  })
  const server = await serve(toNodeHandler(zenith))
  const opened = await openPage(browser, `${server.url}/?page=queues`)
  onTestFinished(async () => {
    await opened.close()
    await server.close()
    await zenith.close()
    await source.close()
  })
  return { ...opened, url: server.url }
}

async function openQueuePage(page: Page): Promise<void> {
  await page.getByRole('link', { name: queue.name, exact: true }).click()
  await page.getByRole('heading', { level: 1, name: queue.name }).waitFor()
}

it('retries one job, looks into it, and finds that in the audit trail', async () => {
  await failJobs(redis, queue, [{ id: 'order/7 ☃', name: 'confirm', message: 'no stock' }])
  const { page, problems } = await openZenith()
  await openQueuePage(page)
  const list = page.getByRole('group', { name: 'failed jobs' })
  await list.getByText('no stock').waitFor()
  await list.getByRole('link', { name: 'confirm' }).click()
  await page.getByRole('group', { name: 'Stack' }).getByText('Error: no stock').waitFor()
  await page.getByRole('group', { name: 'Data' }).getByText('"message": "no stock"').waitFor()
  await page.getByText('It wrote none.').waitFor()
  await page.keyboard.press('r')
  await page.getByRole('button', { name: `Retry 1 failed job of ${queue.name}` }).click()
  await page.getByText('1 job retried').waitFor()
  expect(await queue.getWaitingCount()).toBe(1)
  await page.getByText('Waiting', { exact: true }).waitFor()
  for (const key of ['g', 'a']) await page.keyboard.press(key)
  await trail(page).getByRole('listitem').filter({ hasText: 'order/7 ☃' }).getByText('done', { exact: true }).waitFor()
  expect(problems).toEqual([])
})

it('retries all that match after a dry run, and searches in them', async () => {
  await failJobs(redis, queue, [...rowOf(120, 'a'), ...rowOf(3, 'b', 'bad address')])
  const { page, problems } = await openZenith()
  await openQueuePage(page)
  const list = page.getByRole('group', { name: 'failed jobs' })
  await list.getByText('1–50 of 123').waitFor()
  await page.getByRole('textbox', { name: /Search failed jobs/ }).fill('bad address')
  await page.getByText('3 jobs found in 123 of 123.').waitFor()
  await list.getByRole('checkbox').first().click()
  await list.getByRole('button', { name: 'Select all that match' }).click()
  await list.getByRole('button', { name: 'Retry', exact: true }).click()
  await page.getByRole('button', { name: `Retry 3 failed jobs of ${queue.name}` }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('3 jobs retried').waitFor()
  await dialog.getByRole('list', { name: 'Results of each job' }).getByText('b-1').waitFor()
  await dialog.getByRole('button', { name: 'Close' }).click()
  await page.getByRole('textbox', { name: /Search failed jobs/ }).fill('')
  await list.getByText('1–50 of 120').waitFor()
  await list.getByRole('checkbox').first().click()
  await list.getByRole('button', { name: 'Select all 120 that match' }).click()
  await list.getByRole('button', { name: 'Retry', exact: true }).click()
  await page.getByRole('button', { name: `Retry 120 failed jobs of ${queue.name}` }).click()
  await dialog.getByText('120 jobs retried').waitFor()
  await dialog.getByRole('button', { name: 'Close' }).click()
  await list.getByText('No failed jobs').waitFor()
  expect(await queue.getWaitingCount()).toBe(123)
  for (const key of ['g', 'a']) await page.keyboard.press(key)
  await trail(page)
    .getByText(/all 120 failed jobs/)
    .waitFor()
  expect(problems).toEqual([])
})

it('cancels a bulk operation where it is', async () => {
  await failJobs(redis, queue, rowOf(300, 'a'))
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  let calls = 0
  // Every part after the first waits, so that somebody is in time to cancel.
  const { page } = await openZenith((source) => ({
    retry: async (name, ids) => {
      calls += 1
      if (calls > 1) await held
      return (await source.retry?.(name, ids)) ?? []
    },
  }))
  await openQueuePage(page)
  const list = page.getByRole('group', { name: 'failed jobs' })
  await list.getByRole('checkbox').first().click()
  await list.getByRole('button', { name: 'Select all 300 that match' }).click()
  await list.getByRole('button', { name: 'Retry', exact: true }).click()
  await page.getByRole('button', { name: `Retry 300 failed jobs of ${queue.name}` }).click()
  await page.getByText('100 of 300 jobs').waitFor()
  // What is left goes on once it was told of, and not before.
  const told = page.waitForResponse((response) => response.request().method() === 'POST')
  await page.getByRole('button', { name: 'Cancel what is left' }).click()
  await told
  release()
  const dialog = page.getByRole('dialog')
  await dialog.getByText(/^Cancelled: \d+ of 300 jobs retried/).waitFor()
  const left = await queue.getFailedCount()
  expect(left).toBeGreaterThan(0)
  await dialog.getByRole('button', { name: `Not done ${left}` }).waitFor()
  await dialog.getByRole('button', { name: 'Close' }).click()
  for (const key of ['g', 'a']) await page.keyboard.press(key)
  await trail(page).getByText('bulk retry', { exact: true }).waitFor()
})

it('pauses a scheduler, runs it, resumes it and edits it', async () => {
  await queue.upsertJobScheduler(
    'nightly',
    { pattern: '0 2 * * *', tz: 'Europe/Berlin' },
    { name: 'report', data: { token: 'x', to: 'ada' } },
  )
  const { page, problems } = await openZenith()
  await page.getByRole('link', { name: queue.name, exact: true }).waitFor()
  for (const key of ['g', 'c']) await page.keyboard.press(key)
  const row = page.getByRole('row').filter({ has: page.getByRole('button', { name: 'nightly', exact: true }) })
  await row.getByText('At 02:00').waitFor()
  const dialog = page.getByRole('dialog')
  await row.getByRole('button', { name: 'Pause: nightly' }).click()
  await dialog.getByRole('button', { name: 'Pause nightly' }).click()
  await row.getByText('paused', { exact: true }).waitFor()
  expect(await queue.getJobSchedulersCount()).toBe(0)
  await row.getByRole('button', { name: 'Resume: nightly' }).click()
  await dialog.getByRole('button', { name: 'Resume nightly' }).click()
  await row.getByText('paused', { exact: true }).waitFor({ state: 'detached' })
  await row.getByRole('button', { name: 'Run now: nightly' }).click()
  await dialog.getByRole('button', { name: 'Run nightly now' }).click()
  await page.getByText('It made job').waitFor()
  await row.getByRole('button', { name: 'Edit: nightly' }).click()
  await dialog.getByLabel('Cron').fill('30 3 * * *')
  await dialog.getByRole('button', { name: 'Save nightly' }).click()
  await row.getByText('At 03:30').waitFor()
  const scheduler = await queue.getJobScheduler('nightly')
  expect(scheduler).toMatchObject({ pattern: '30 3 * * *', template: { data: { token: 'x', to: 'ada' } } })
  for (const key of ['g', 'a']) await page.keyboard.press(key)
  for (const action of ['pause', 'resume', 'run', 'save'])
    await trail(page)
      .getByRole('listitem')
      .filter({ hasText: new RegExp(`^[a-z ]*${action}`) })
      .first()
      .waitFor()
  expect(problems).toEqual([])
})

it('shows failures by kind, a flow, logs and progress, and acts on the queue itself', async () => {
  await failJobs(redis, queue, [...rowOf(4, 'a', 'connect ECONNREFUSED 10.0.0.1:25'), ...rowOf(2, 'b', 'bad address')])
  const flow = new FlowProducer({ connection: { host: '127.0.0.1', port: redis.port } })
  onTestFinished(() => flow.close())
  await flow.add({
    name: 'whole',
    queueName: queue.name,
    opts: { jobId: 'whole' },
    children: [{ name: 'part', queueName: queue.name, data: {}, opts: { jobId: 'part' } }],
  })
  const worker = new Worker(
    queue.name,
    async (job) => {
      await job.log('half of it is done')
      await job.updateProgress(50)
      return { sent: true }
    },
    { connection: { host: '127.0.0.1', port: redis.port } },
  )
  onTestFinished(() => worker.close())
  await vi.waitFor(async () => expect(await queue.getCompletedCount()).toBe(2))
  const { page, problems } = await openZenith()
  await openQueuePage(page)
  await page.getByRole('link', { name: /^Completed/ }).click()
  await page.getByRole('group', { name: 'completed jobs' }).getByRole('link', { name: 'whole' }).click()
  await page.getByRole('region', { name: 'Flow' }).getByRole('link', { name: 'part' }).waitFor()
  await page.getByRole('group', { name: 'Logs' }).getByText('half of it is done').waitFor()
  await page.getByRole('group', { name: 'Result' }).getByText('"sent": true').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByRole('button', { name: `Pause ${queue.name}` }).click()
  await page.getByText(`${queue.name} is paused`).waitFor()
  expect(await queue.isPaused()).toBe(true)
  await page.getByRole('button', { name: 'Add job' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('hello')
  await dialog.getByRole('button', { name: `Add to ${queue.name}` }).click()
  await page.getByText(`Added to ${queue.name} as`).waitFor()
  await page.getByRole('button', { name: 'Empty' }).click()
  await dialog.getByRole('button', { name: /^Remove 1 job that/ }).click()
  await page.getByText(`1 job removed from ${queue.name}`).waitFor()
  for (const key of ['g', 'f']) await page.keyboard.press(key)
  const group = page.getByRole('listitem').filter({ hasText: 'ECONNREFUSED' }).first()
  await group.locator('summary').click()
  await group.getByRole('button', { name: 'Retry this group' }).click()
  await dialog.getByRole('button', { name: `Retry 4 failed jobs of ${queue.name}` }).click()
  await dialog.getByText('4 jobs retried').waitFor()
  expect(await queue.getFailedCount()).toBe(2)
  expect(problems).toEqual([])
})
