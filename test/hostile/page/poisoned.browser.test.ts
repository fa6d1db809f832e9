import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { assets } from '../../dashboard/fixture/assets.js'
import { openPage } from '../../dashboard/fixture/open-page.js'
import { launchBrowser } from '../../support/browser.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { poisonIndexes, poisonKept, poisonRecords, poisonTexts, poisonTypes, writeHealthy } from '../redis/poison.js'

const PAGES = [
  '?page=service&service=shop',
  '?page=service&service=odd',
  '?page=slow',
  '?page=exceptions',
  '?page=queues',
  '?page=schedulers',
  '?page=activity',
]

let browser: Browser
let redis: TestRedis
beforeAll(async () => {
  await assets()
  redis = await startRedis()
  const client = redis.client()
  for (const poison of [poisonTypes, poisonTexts, poisonIndexes, poisonKept]) await poison(client)
  await poisonRecords(client, 'shop')
  await writeHealthy(client)
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  await redis?.stop()
})

it('every page shows what is healthy beside what is poisoned, and runs none of it', async () => {
  // Only now: the server's module takes the built page in.
  const { serveZenith } = await import('../../zenith/support/zenith.js')
  const { url } = await serveZenith({ redis: redis.url })
  const { page, problems, close } = await openPage(browser, url)
  const open = async (path: string) => {
    await page.goto(`${url}/${path}`)
    await page.locator('main').waitFor()
  }
  await page.getByRole('article', { name: 'shop web-1' }).waitFor()
  await page.getByText('GET /healthy').first().waitFor()
  for (const path of PAGES) {
    await open(path)
    await page.waitForLoadState('networkidle', { timeout: 2_000 }).catch(() => {})
    expect((await page.locator('main').textContent())?.length ?? 0, path).toBeGreaterThan(20)
  }
  expect(await page.evaluate('[window.wasRun === true, ({}).polluted === undefined]')).toEqual([false, true])
  // On a busy machine an answer may take too long: then it is a 503, and the page asks again.
  expect(problems.filter((problem) => !problem.includes('status of 503'))).toEqual([])
  await close()
})
