import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { keysOf } from '../../src/protocol/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { launchBrowser } from '../support/browser.js'
import { ensureBuilt } from '../support/pack.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { serve } from '../zenith/support/serve.js'
import { assets } from './fixture/assets.js'
import { openPage } from './fixture/open-page.js'

const TOKEN = 'a-token-of-the-page'
const keys = keysOf()
let browser: Browser
let redis: TestRedis
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

it('the audit trail says that it is whole, where it is broken, which lines are forged and what else is', async () => {
  const { createZenith, toNodeHandler } = await import('../../src/runtime/create-zenith.js')
  const zenith = createZenith({ redis: redis.url, token: TOKEN, auth: () => 'admin' })
  const server = await serve(toNodeHandler(zenith))
  const store = redisStore({ redis: redis.url, token: TOKEN })
  for (const action of ['pause', 'retry', 'resume', 'remove']) {
    await store.appendAudit({
      ...{ operation: action, step: 'intent', at: Date.now(), user: 'ada', role: 'admin', action },
      ...{ queue: null, queueName: null, ok: null, detail: null, target: `job of ${action}` },
    })
  }
  const { page, close } = await openPage(browser, `${server.url}/?page=activity`)
  onTestFinished(async () => {
    await close()
    await server.close()
    await zenith.close()
    await store.close()
  })
  const trail = page.getByRole('region', { name: 'Audit trail' })
  await trail.getByText('4 lines, intact, signed').waitFor()
  const client = redis.client()
  await client.xtrim(keys.audit, 'MAXLEN', 3)
  const line = { operation: 'evil', step: 'intent', at: Date.now(), user: 'ada', role: 'admin', action: 'evil deed' }
  await client.xadd(keys.audit, '*', 'data', JSON.stringify(line))
  await client.hset(keys.kept('scheduler'), 'bullmq:mail/nightly', '{}')
  await page.reload()
  await trail.getByText('The trail does not match what Zenith wrote').waitFor()
  await trail.getByText('1 line is missing at the start: newer lines had not pushed them out.').waitFor()
  await trail.getByText('A line is not signed.').waitFor()
  await trail.getByText('Zenith ignores a document without a valid signature').waitFor()
  const forged = trail.getByRole('listitem').filter({ hasText: 'evil deed' })
  expect(await forged.getByText('unsigned').count()).toBe(1)
  expect(await trail.getByText('job of remove').count()).toBe(1)
})
