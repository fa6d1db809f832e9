import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { bullmqQueues } from '../../../src/queues/bullmq/index.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { assets } from '../../dashboard/fixture/assets.js'
import { openPage } from '../../dashboard/fixture/open-page.js'
import { launchBrowser } from '../../support/browser.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { openQueue } from '../support/bullmq.js'
import { startNginx } from '../support/nginx.js'
import { serve } from '../support/serve.js'

const IDS = ['user/42', 'a//b', '..', '%2F', '100%', 'a?b#c', 'a+b c', 'größe/☃', '~YQ']
const QUEUE = 'mail//../100%?'

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

it('opens every job behind nginx that cuts the path off, from the list and by its address', async () => {
  // Only now: the server's module takes the built page in.
  const { createZenith, toNodeHandler } = await import('../../../src/runtime/create-zenith.js')
  const source = bullmqQueues({ connection: redis.url })
  const zenith = createZenith({ store: memoryStore(), queues: [source], auth: () => 'admin', interval: 100 })
  const server = await serve(toNodeHandler(zenith))
  const upstream = server.url.replace('localhost', '127.0.0.1')
  const nginx = await startNginx(`location /ops/quasar/ {\n      proxy_pass ${upstream}/;\n    }`)
  onTestFinished(async () => {
    await nginx.stop()
    await server.close()
    await zenith.close()
    await source.close()
  })
  const queue = openQueue(redis, QUEUE)
  for (const [index, id] of IDS.entries()) await queue.add(`job-${index}`, { id }, { jobId: id })

  const { page, problems, close } = await openPage(browser, `${nginx.url}/ops/quasar/?page=queues`)
  onTestFinished(close)
  const data = page.getByRole('group', { name: 'Data' })
  await page.getByRole('link', { name: QUEUE, exact: true }).click()
  for (const [index, id] of IDS.entries()) {
    await page.getByRole('link', { name: `job-${index}`, exact: true }).click()
    await data.getByText(`"id": "${id}"`).waitFor()
    await page.reload()
    await data.getByText(`"id": "${id}"`).waitFor()
    await page.goBack()
  }
  await page.getByRole('link', { name: 'job-0', exact: true }).click()
  await page.getByRole('button', { name: 'Duplicate' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /Add a copy/ })
    .click()
  await expect.poll(() => queue.getWaitingCount()).toBe(IDS.length + 1)
  expect(problems).toEqual([])
})
