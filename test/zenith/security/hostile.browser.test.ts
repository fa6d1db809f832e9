import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { Overview, PulseEvent } from '../../../src/api/types.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { launchBrowser } from '../../support/browser.js'
import { PATIENCE_MS } from '../../support/patience.js'
import { ask } from '../support/http.js'
import { beatOf, exceptionOf, report, rollupOf, slowOf } from '../support/records.js'
import { serveZenith } from '../support/zenith.js'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

const HOSTILE = [
  '<img src=x onerror="window.wasRun=true">',
  '</script><script>window.wasRun=true</script>',
  '\u202egnp.exe\u2066',
  '__proto__',
  'constructor',
  '{{7*7}}<b>$&</b>',
  "';--\u0000\u2028\u2029",
]

async function hostileStore() {
  const store = memoryStore()
  const now = Date.now()
  for (const [index, text] of HOSTILE.entries()) {
    const beat = beatOf(text, `node-${index}`, { environment: text, version: text })
    await report(store, beat, {
      slow: [slowOf(text, beat.id, { name: `GET /slow/${text}` })],
      exceptions: [exceptionOf(text, beat.id, { name: text, message: `message ${text}`, stack: text })],
      rollups: [rollupOf(beat.id, now - 10_000, now, [{ key: `GET /${text}`, durations: [5] }])],
    })
  }
  return store
}

it('hands hostile names, routes and messages on as the data that they are', async () => {
  const { url, watch } = await serveZenith({ store: await hostileStore() })
  const overview = (await ask(`${url}/api/overview`)).json() as Overview
  const first = (await (await watch()).next()).data as PulseEvent
  for (const state of [overview, first as unknown as Overview]) {
    expect(state.services.map(({ service }) => service).sort()).toEqual([...HOSTILE].sort())
    expect(state.slow.map(({ name }) => name).sort()).toEqual(HOSTILE.map((text) => `GET /slow/${text}`).sort())
    expect(state.exceptions.map(({ message }) => message).sort()).toEqual(
      HOSTILE.map((text) => `message ${text}`).sort(),
    )
  }
  const answer = await ask(`${url}/api/slow?service=${encodeURIComponent('__proto__')}`)
  expect(answer.json()).toMatchObject({ total: 1 })
  // What a browser is led to is never taken for a page.
  for (const path of ['overview', 'nodes', 'slow', 'errors']) {
    const { headers } = await ask(`${url}/api/${path}`)
    expect(headers['content-type']).toMatch(/^application\/json/)
    expect(headers['x-content-type-options']).toBe('nosniff')
  }
})

it('shows them as text, and runs none of them', async () => {
  const { url } = await serveZenith({ store: await hostileStore() })
  const page = await browser.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  onTestFinished(() => page.close())
  const problems: string[] = []
  page.on('console', (message) => void (message.type() === 'error' && problems.push(message.text())))
  page.on('pageerror', (error) => void problems.push(error.message))
  await page.goto(url)
  await page.getByText('node-0').first().waitFor()
  const shown = (await page.evaluate('document.body.textContent')) as string
  for (const text of HOSTILE) expect(shown).toContain(text)
  expect(await page.evaluate('[window.wasRun === true, document.querySelectorAll("img, body script").length]')).toEqual(
    [false, 0],
  )
  expect(problems).toEqual([])
})
