import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { createZenith, toNodeHandler } from '../../../src/runtime/create-zenith.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { launchBrowser } from '../../support/browser.js'
import { PATIENCE_MS } from '../../support/patience.js'
import { serve } from '../support/serve.js'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

it('is read by its own page alone where the app lets every page read its answers', async () => {
  const zenith = createZenith({ store: memoryStore(), auth: 'local', logger: false })
  const answer = toNodeHandler(zenith)
  const app = await serve((request, response) => {
    response.setHeader('access-control-allow-origin', '*')
    answer(request, response)
  })
  const other = await serve((_, response) => void response.setHeader('content-type', 'text/html').end('<p>other'))
  onTestFinished(async () => {
    await zenith.close()
    await Promise.all([app.close(), other.close()])
  })
  const page = await browser.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  onTestFinished(() => page.close())
  const read = (path: string) =>
    page.evaluate(async (url) => {
      const { status, body } = await fetch(url).then(async (found) => ({
        status: found.status,
        body: await found.text(),
      }))
      return [status, body.includes('"role":"admin"')]
    }, `${app.url}${path}`)
  for (const from of [other.url, other.url.replace('localhost', '127.0.0.1')]) {
    await page.goto(from)
    expect(await read('/api/session')).toEqual([404, false])
  }
  await page.goto(`${app.url}/`)
  expect(await read('/api/session')).toEqual([200, true])
})
