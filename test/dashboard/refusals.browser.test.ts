import { Queue } from 'bullmq'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { bullmqQueues } from '../../src/queues/bullmq/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { launchBrowser } from '../support/browser.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { documentedAclRules } from '../support/redis-acl.js'
import { failJobs } from '../zenith/support/bullmq.js'
import { serve } from '../zenith/support/serve.js'
import { assets } from './fixture/assets.js'
import { openPage } from './fixture/open-page.js'

let browser: Browser
let redis: TestRedis
beforeAll(async () => {
  await assets()
  browser = await launchBrowser()
  redis = await startRedis()
})
afterAll(async () => {
  await browser?.close()
  await redis?.stop()
})

it('says what Redis refused of a job and of a queue', async () => {
  const user = 'quasar-queue-looker'
  await redis.client().call('acl', 'setuser', user, ...(documentedAclRules('queues.md').get(user) ?? []))
  const queue = new Queue('mail', { connection: { url: redis.url } })
  await failJobs(redis, queue, [{ id: 'order', message: 'no stock' }])
  await queue.close()
  // Only now: the server's module takes the built page in.
  const { createZenith, toNodeHandler } = await import('../../src/runtime/create-zenith.js')
  const source = bullmqQueues({ connection: redis.url.replace('//', `//${user}:secret@`), queues: ['mail'] })
  const zenith = createZenith({ store: memoryStore(), queues: [source], auth: () => 'admin', interval: 100 })
  const server = await serve(toNodeHandler(zenith))
  const { page, close } = await openPage(browser, `${server.url}/?page=queues`)
  onTestFinished(async () => {
    await close()
    await server.close()
    await zenith.close()
    await source.close()
  })
  await page.getByRole('link', { name: 'mail', exact: true }).click()
  await page.getByRole('group', { name: 'failed jobs' }).getByRole('link', { name: 'send' }).click()
  await page.getByRole('group', { name: 'Stack' }).waitFor()
  await page.keyboard.press('r')
  await page.getByRole('button', { name: 'Retry 1 failed job of mail' }).click()
  const reason = /The Redis user of this source lacks a right that docs\/queues\.md lists: .*NOPERM/
  await page.getByText(reason).first().waitFor()
  await page.goto(`${server.url}/?page=queues`)
  await page.getByRole('link', { name: 'mail', exact: true }).click()
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Pause mail' }).click()
  await dialog.getByText(reason).waitFor()
  await page.goto(`${server.url}/?page=activity`)
  const trail = page.getByRole('region', { name: 'Audit trail' })
  await trail.getByText(reason).first().waitFor()
  expect(await trail.getByText(reason).count()).toBeGreaterThan(0)
})
