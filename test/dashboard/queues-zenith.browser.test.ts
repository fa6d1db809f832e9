import { FlowProducer, Queue, Worker } from 'bullmq'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import type { QueueSource, Store } from '../../src/ports/index.js'
import { bullmqQueues } from '../../src/queues/bullmq/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { launchBrowser } from '../support/browser.js'
import { ensureBuilt } from '../support/pack.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { openWay } from '../zenith/queues/bulk/support/way.js'
import { addJobs, kill, zenithProcess } from '../zenith/queues/bulk/support/zeniths.js'
import { failJobs, openQueue, rowOf } from '../zenith/support/bullmq.js'
import { serve } from '../zenith/support/serve.js'
import { assets } from './fixture/assets.js'
import { type OpenPage, openPage } from './fixture/open-page.js'

let browser: Browser
let redis: TestRedis
let queue: Queue
let number = 0

beforeAll(async () => {
  await ensureBuilt()
  await assets()
  browser = await launchBrowser()
  redis = await startRedis()
})
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
  { store = memoryStore(), queuesAt = redis.url }: { store?: Store; queuesAt?: string } = {},
): Promise<OpenPage & { url: string }> {
  // Only now: the server's module takes the built page in.
  const { createZenith, toNodeHandler } = await import('../../src/runtime/create-zenith.js')
  const source = bullmqQueues({ connection: queuesAt, queues: [queue.name] })
  const zenith = createZenith({
    store,
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
    await store.close()
  })
  return { ...opened, url: server.url }
}

/** No text that `JSON.stringify` writes. */
const EXACT = '{"2":9007199254740993,"1":1e400,"price":1.0,"a":1,"a":2,"half":"\\ud800"}'

it('adds, shows and copies payloads to the byte', async () => {
  const { page, problems } = await openZenith()
  const dialog = page.getByRole('dialog')
  const client = redis.client()
  const stored = (id: string) => client.hget(`bull:${queue.name}:${id}`, 'data')
  await openQueuePage(page)
  const add = async (data: string) => {
    await page.getByRole('button', { name: 'Add job' }).click()
    await dialog.getByLabel('Name').fill('send')
    // Playwright can't type half a pair.
    await dialog.getByLabel('Data').evaluate((area: HTMLTextAreaElement, text) => {
      area.value = JSON.parse(text)
    }, JSON.stringify(data))
    await dialog.getByRole('button', { name: `Add to ${queue.name}` }).click()
    await dialog.waitFor({ state: 'detached' })
  }
  await add(EXACT)
  expect(await stored('1')).toBe(EXACT)
  await add('{"half":"\ud800"}')
  expect(await stored('2')).toBe('{"half":"\\ud800"}')
  const large = `{"n":1.0,"text":"${'größe '.repeat(400_000)}"}`
  await add(large)
  expect((await stored('3')) === large).toBe(true)

  await page.goto(`${page.url().replace(/&job=.*|&state=.*/, '')}&job=1`)
  const data = page.getByRole('group', { name: 'Data' })
  for (const text of ['"2": 9007199254740993', '"1": 1e400', '"price": 1.0', '"a": 1', '"a": 2', '"half": "\\ud800"'])
    await data.getByText(text).waitFor()
  await page.getByRole('button', { name: 'Duplicate' }).click()
  await dialog.getByRole('button', { name: /Add a copy/ }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(await stored('4')).toBe(EXACT)
  expect(problems).toEqual([])
})

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
  await page.getByText('This job wrote no logs.').waitFor()
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
  await list.getByRole('button', { name: 'Select all matching jobs' }).click()
  await list.getByRole('button', { name: 'Retry', exact: true }).click()
  await page.getByRole('button', { name: `Retry 3 failed jobs of ${queue.name}` }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('3 jobs retried').waitFor()
  await dialog.getByRole('list', { name: 'Results of each job' }).getByText('b-1').waitFor()
  await dialog.getByRole('button', { name: 'Close' }).click()
  await page.getByRole('textbox', { name: /Search failed jobs/ }).fill('')
  await list.getByText('1–50 of 120').waitFor()
  await list.getByRole('checkbox').first().click()
  await list.getByRole('button', { name: 'Select all 120 matching jobs' }).click()
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

it('goes on with what a Zenith left that was killed', async () => {
  await addJobs(queue, 3_000)
  const store = redisStore({ redis: redis.url })
  const way = await openWay(redis)
  onTestFinished(() => way.close())
  const killed = await zenithProcess({ store: redis.url, queues: way.url })
  const { id } = await killed.counted({ queues: [await killed.keyOf(queue.name)] })
  const isKilled = way.when(
    async () => (await queue.getWaitingCount()) < 2_500,
    () => kill(killed),
  )
  await killed.post(`bulk/${id}/start`)
  await isKilled

  const { page, problems } = await openZenith(() => ({}), { store, queuesAt: way.url })
  await page.getByRole('link', { name: queue.name, exact: true }).waitFor()
  for (const key of ['g', 'a']) await page.keyboard.press(key)
  const row = page
    .getByRole('listitem')
    .filter({ hasText: `waiting jobs of ${queue.name}` })
    .first()
  await row.getByText(/^Interrupted: [\d,]+ of 3,000 jobs removed/).waitFor()
  await row.getByRole('button').first().click()
  await page.getByRole('button', { name: 'Cancel the rest' }).waitFor()
  await page.getByRole('button', { name: 'Continue with the rest' }).click()
  // All of them, unless some were on their way when it was killed: whether those were removed is not known.
  await row.getByText(/^([\d,]+ of )?3,000 jobs removed/).waitFor()
  expect(await queue.getWaitingCount()).toBe(0)
  await trail(page)
    .getByText(/all 3000 waiting jobs/)
    .first()
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
  await list.getByRole('button', { name: 'Select all 300 matching jobs' }).click()
  await list.getByRole('button', { name: 'Retry', exact: true }).click()
  await page.getByRole('button', { name: `Retry 300 failed jobs of ${queue.name}` }).click()
  await page.getByText('100 of 300 jobs').waitFor()
  // What is left goes on once it was told of, and not before.
  const told = page.waitForResponse((response) => response.request().method() === 'POST')
  await page.getByRole('button', { name: 'Cancel the rest' }).click()
  await told
  release()
  const dialog = page.getByRole('dialog')
  await dialog.getByText(/^Cancelled: \d+ of 300 jobs retried/).waitFor()
  const left = await queue.getFailedCount()
  expect(left).toBeGreaterThan(0)
  await dialog.getByRole('button', { name: `Not done ${left}` }).waitFor()
  await dialog.getByRole('button', { name: 'Close' }).click()
  for (const key of ['g', 'a']) await page.keyboard.press(key)
  await trail(page).getByRole('list').getByText('bulk retry', { exact: true }).waitFor()
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
  await page.getByText('It created job').waitFor()
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
  await dialog.getByRole('button', { name: /^Remove 1 job waiting in/ }).click()
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

it('says why a scheduler is not paused, and leaves what the app registered again', async () => {
  const strange = new Queue(queue.name, {
    connection: { host: '127.0.0.1', port: redis.port },
    settings: { repeatStrategy: (millis: number) => millis + 29 * 86_400_000 },
  })
  onTestFinished(() => strange.close())
  await strange.upsertJobScheduler('moon', { pattern: 'full moon' })
  await queue.upsertJobScheduler('nightly', { pattern: '0 2 * * *' })
  const { page } = await openZenith()
  await page.getByRole('link', { name: queue.name, exact: true }).waitFor()
  for (const key of ['g', 'c']) await page.keyboard.press(key)
  const row = (id: string) => page.getByRole('row').filter({ has: page.getByRole('button', { name: id, exact: true }) })
  const dialog = page.getByRole('dialog')
  await row('moon').getByRole('button', { name: 'Pause: moon' }).click()
  await dialog.getByRole('button', { name: 'Pause moon' }).click()
  await dialog.getByText('The app has a repeat strategy of its own').waitFor()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  expect(await queue.getJobSchedulersCount()).toBe(2)

  await row('nightly').getByRole('button', { name: 'Pause: nightly' }).click()
  await dialog.getByRole('button', { name: 'Pause nightly' }).click()
  await row('nightly').getByText('paused', { exact: true }).waitFor()
  await queue.upsertJobScheduler('nightly', { pattern: '0 5 * * *' })
  await row('nightly').getByText('an app has registered it again').waitFor()
  await row('nightly').getByRole('button', { name: 'Resume: nightly' }).click()
  await dialog.getByText('the new one stays').waitFor()
  await dialog.getByRole('button', { name: 'Resume nightly' }).click()
  await row('nightly').getByText('an app has registered it again').waitFor({ state: 'detached' })
  expect(await queue.getJobScheduler('nightly')).toMatchObject({ pattern: '0 5 * * *' })
})

it('shows which schedulers need attention or have ended, and how many are not shown', async () => {
  await queue.upsertJobScheduler('gone', { pattern: '0 2 * * *' })
  const next = await redis.client().zscore(`bull:${queue.name}:repeat`, 'gone')
  await redis.client().zrem(`bull:${queue.name}:delayed`, `repeat:gone:${next}`)
  await redis.client().del(`bull:${queue.name}:repeat:gone:${next}`)
  await queue.upsertJobScheduler('once', { every: 60_000, limit: 1 })
  const worker = new Worker(queue.name, async () => {}, { connection: { host: '127.0.0.1', port: redis.port } })
  await vi.waitFor(async () => expect(await queue.getCompletedCount()).toBe(1), { timeout: 10_000 })
  await worker.close()
  const { page, problems } = await openZenith(() => ({ omittedSchedulers: async () => 150 }))
  await page.getByRole('link', { name: queue.name, exact: true }).waitFor()
  for (const key of ['g', 'c']) await page.keyboard.press(key)
  const row = (id: string) => page.getByRole('row').filter({ has: page.getByRole('button', { name: id, exact: true }) })
  await row('gone').getByText('Its next job is gone').waitFor()
  await row('once').getByText('ended', { exact: true }).waitFor()
  await page.getByText(`${queue.name} (2 of 152)`).waitFor()
  expect(problems).toEqual([])
})
