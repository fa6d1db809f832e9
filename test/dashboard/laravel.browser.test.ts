import type { Redis } from 'ioredis'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest'
import { quasar } from '../cli/command.js'
import { linkOf } from '../cli/link.js'
import { type HorizonApp, horizonApp } from '../queues/laravel/horizon-app.js'
import { exceptionText } from '../queues/laravel/php.js'
import { launchBrowser } from '../support/browser.js'
import { ensureBuilt } from '../support/pack.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { openPage } from './fixture/open-page.js'

let browser: Browser
let redis: TestRedis
let admin: Redis
beforeAll(async () => {
  await ensureBuilt()
  browser = await launchBrowser()
  redis = await startRedis()
  admin = redis.client()
})
afterAll(async () => {
  await browser?.close()
  await redis?.stop()
})
beforeEach(() => admin.flushall())

/** The command as people start it, and its page. */
async function openCommand(page: string, queuesRedis = redis.url) {
  const args = ['zenith', '--port', '0', '--queues', 'laravel', '--queues-redis', queuesRedis]
  const running = quasar(args, { env: { QUASAR_REDIS_URL: redis.url, QUASAR_ZENITH_INTERVAL: '100' } })
  const url = (await running.said(/Zenith is at (\S+)/)).replace(/\/$/, '')
  const opened = await openPage(browser, await linkOf(running))
  onTestFinished(() => opened.close())
  await opened.page.goto(`${url}/?page=${page}`)
  return opened
}

async function fail(app: HorizonApp, message: string): Promise<string> {
  const id = await app.push('mail', { name: 'App\\Jobs\\SendMail', data: { to: 'ada' } })
  await app.fail('mail', await app.reserve('mail', 'r'), exceptionText(message))
  return id
}

async function openMail(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'mail', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'mail' }).waitFor()
}

it('retries and removes failed jobs of Horizon, as the command shows them by default', async () => {
  const app = horizonApp(admin, { prefix: 'shop-database-', horizon: 'shop_horizon:' })
  await app.push('mail', { name: 'Waits', data: null })
  await fail(app, 'No stock')
  await fail(app, 'Bad address')
  await app.master('app-1', 'running')
  const { page, problems } = await openCommand('queues')
  await openMail(page)
  const list = page.getByRole('group', { name: 'failed jobs' })
  await list.getByText('1–2 of 2').waitFor()
  await list.getByRole('row').filter({ hasText: 'No stock' }).getByRole('link').first().click()
  await page.getByRole('group', { name: 'Stack' }).getByText('RuntimeException: No stock').waitFor()
  await page.keyboard.press('r')
  await page.getByRole('button', { name: 'Retry 1 failed job of mail' }).click()
  await page.getByText('1 job retried').waitFor()
  expect(await admin.llen(app.keyOf('mail'))).toBe(2)
  expect(problems).toEqual([])
})

it('groups failures of Horizon whose reasons carry ids, and retries the group', async () => {
  const app = horizonApp(admin)
  await app.push('mail', { name: 'Waits', data: null })
  for (const order of [7, 4711, 100_000]) await fail(app, `Order ${order} not found`)
  const { page, problems } = await openCommand('failures')
  await page.getByText('Order # not found').click()
  await page.getByRole('button', { name: 'Retry this group' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Retry 3 failed jobs of mail' }).click()
  await dialog.getByText('3 jobs retried').waitFor()
  expect(await admin.llen(app.keyOf('mail'))).toBe(4)
  expect(problems).toEqual([])
})

it('says of a Redis without failed jobs what was looked at, and not how to connect it', async () => {
  const app = horizonApp(admin)
  await app.push('mail', { name: 'Waits', data: null })
  const { page } = await openCommand('failures')
  await page.getByText('1 queue checked: none keeps a failed job.').waitFor()
  expect(await page.getByText('--queues').count()).toBe(0)
})

it('says why a connection can not be read, in place of how to make one', async () => {
  const { page } = await openCommand('queues', redis.url.replace('//', '//nobody:wrong@'))
  const connections = page.getByRole('list', { name: 'Connections to queues' })
  await connections.getByText(/Zenith can’t read it: Redis refuses this user name or password/).waitFor()
  expect(await page.getByText('No queues yet').count()).toBe(0)
})

it('says that a connection has no queue yet', async () => {
  const { page } = await openCommand('queues')
  const connections = page.getByRole('list', { name: 'Connections to queues' })
  await connections.getByText('Connected; no queues yet.').waitFor()
})
