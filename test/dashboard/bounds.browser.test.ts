import type { Redis } from 'ioredis'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import type { QueueSource } from '../../src/ports/index.js'
import { bullmqQueues } from '../../src/queues/bullmq/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { launchBrowser } from '../support/browser.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { serve } from '../zenith/support/serve.js'
import { assets } from './fixture/assets.js'
import { openPage } from './fixture/open-page.js'

const COUNT = 10_150

let browser: Browser
let redis: TestRedis
let admin: Redis
beforeAll(async () => {
  await assets()
  browser = await launchBrowser()
  redis = await startRedis()
  admin = redis.client()
})
afterAll(async () => {
  await browser?.close()
  await redis?.stop()
})
beforeEach(async () => {
  await admin.flushall()
  await admin.hset('bull:mail:meta', { version: 'bullmq:6.7.0' })
  for (let start = 0; start < COUNT; start += 1_000) {
    const pipeline = admin.pipeline()
    for (let index = start; index < Math.min(start + 1_000, COUNT); index++) {
      const isOldest = index < 3
      pipeline.hset(`bull:mail:j${index}`, {
        name: isOldest ? 'needle' : 'hay',
        data: '{}',
        opts: '{}',
        timestamp: 1_000,
        finishedOn: 2_000 + index,
        failedReason: 'bad',
      })
      pipeline.zadd('bull:mail:failed', 2_000 + index, `j${index}`)
    }
    await pipeline.exec()
  }
})

/** A real Zenith and the page of the queue. @param change of the source */
async function openMail(change: (source: QueueSource) => Partial<QueueSource> = () => ({})) {
  // Only now: the server's module takes the built page in.
  const { createZenith, toNodeHandler } = await import('../../src/runtime/create-zenith.js')
  const source = bullmqQueues({ connection: redis.url, queues: ['mail'] })
  const queues = [{ ...source, ...change(source) }]
  const zenith = createZenith({ store: memoryStore(), queues, auth: () => 'admin', interval: 100 })
  const server = await serve(toNodeHandler(zenith))
  const opened = await openPage(browser, `${server.url}/?page=queues`)
  onTestFinished(async () => {
    await opened.close()
    await server.close()
    await zenith.close()
    await source.close()
  })
  await opened.page.getByRole('link', { name: 'mail', exact: true }).click()
  await opened.page.getByRole('heading', { level: 1, name: 'mail' }).waitFor()
  return opened
}

const failed = (page: Page) => page.getByRole('group', { name: 'failed jobs' })

it('says how far a search came, and looks at more when it is asked to', async () => {
  const { page, problems } = await openMail()
  await failed(page).getByText('1–50 of 10.2k').waitFor()
  await page.getByLabel('Search failed jobs by id, name or text').fill('needle')
  // Ten thousand, or as many as there was time for.
  await page.getByText(/^0 jobs found in [\d,]+ of 10,150\. The search stopped there/).waitFor()
  await page.getByText('No matching jobs so far').waitFor()
  await vi.waitFor(
    async () => {
      // Each search has five seconds: a slow one takes several.
      const more = page.getByRole('button', { name: 'Check more' })
      await more.click({ timeout: 3_000 }).catch(() => {})
      expect(await page.getByText(/^3 jobs found in 10,150 of 10,150/).count()).toBe(1)
    },
    { timeout: 60_000, interval: 1_000 },
  )
  expect(await failed(page).getByRole('link', { name: 'needle' }).count()).toBe(3)
  expect(await page.getByRole('button', { name: 'Check more' }).count()).toBe(0)
  expect(problems).toEqual([])
})

it('counts more failures when it is asked to', async () => {
  const { page, problems } = await openMail()
  await page.goto(`${new URL(page.url()).origin}/?page=failures`)
  await page.getByText('Zenith counted only the newest failures of mail').waitFor()
  await vi.waitFor(
    async () => {
      // Each look has two seconds: a slow one takes several.
      const more = page.getByRole('button', { name: 'Check more' })
      await more.click({ timeout: 3_000 }).catch(() => {})
      expect(await page.getByText('Zenith counted only the newest failures').count()).toBe(0)
    },
    { timeout: 50_000, interval: 1_000 },
  )
  await page.getByText('needle').first().waitFor()
  expect(problems).toEqual([])
})

it('says when there are more queues than it shows', async () => {
  const { page, problems } = await openMail((source) => ({
    read: async (names) => ({ ...(await source.read(names)), left: 230 }),
  }))
  await page.goto(`${new URL(page.url()).origin}/?page=queues`)
  const sources = page.getByRole('list', { name: 'Connections to queues' })
  await sources.getByText(/^Connected; 1 of 231 queues shown\. To see others/).waitFor()
  expect(problems).toEqual([])
})

it('tells no clean as done that stopped, and goes on when it is asked to', async () => {
  const asked: (string | null | undefined)[] = []
  const { page, problems } = await openMail((source) => ({
    async clean(queue, { onStop, ...query }) {
      asked.push(query.cursor)
      const removed = (await source.clean?.(queue, { ...query, limit: 2 })) ?? 0
      // As if there had been no time for more.
      if (asked.length === 1) onStop?.({ looked: 10_000, total: COUNT, cursor: null })
      return removed
    },
  }))
  await page.getByRole('button', { name: 'Clean', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('At most').fill('4')
  await dialog.getByRole('button', { name: /^Remove up to 4 failed jobs/ }).click()
  await page.getByText('2 jobs removed from mail. Zenith checked 10,000 of 10,150 jobs: there may be more.').waitFor()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('4 jobs removed from mail').waitFor()
  expect(await admin.zcard('bull:mail:failed')).toBe(COUNT - 6)
  expect(problems).toEqual([])
})
