import axe, { type AxeResults } from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { memoryStore } from '../../../../src/stores/memory/index.js'
import { launchBrowser } from '../../../support/browser.js'
import { PATIENCE_MS } from '../../../support/patience.js'
import { USERS } from '../../support/login.js'
import { beatOf, report } from '../../support/records.js'
import { serveZenith } from '../../support/zenith.js'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

async function open(options: BrowserContextOptions = {}) {
  const store = memoryStore()
  await report(store, beatOf('shop', 'web-1'))
  const { url } = await serveZenith({ store, auth: { users: USERS }, logger: false })
  const context = await browser.newContext(options)
  onTestFinished(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  const problems: string[] = []
  // A refused log-in is an answer, and no fault of the page.
  const isExpected = (text: string) => text.includes('status of 401')
  page.on(
    'console',
    (message) => void (message.type() === 'error' && !isExpected(message.text()) && problems.push(message.text())),
  )
  page.on('pageerror', (error) => void problems.push(error.message))
  await page.goto(url)
  return { page, url, problems }
}

async function logIn(page: Page, password: string) {
  await page.getByLabel('Name').fill('ada')
  await page.getByLabel('Password').fill(password)
  await page.keyboard.press('Enter')
}

describe('the log-in page', () => {
  it('works from the keyboard and without JavaScript', async () => {
    const { page, url } = await open({ javaScriptEnabled: false })
    expect(await page.title()).toBe('Log in · Zenith')
    // A browser puts the cursor there when it is ready, and drops what was typed before.
    const focused = (label: string) => page.getByLabel(label).and(page.locator(':focus')).waitFor()
    await focused('Name')
    await page.keyboard.type('ada')
    await page.keyboard.press('Tab')
    await page.keyboard.type('wrong')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    expect(await page.getByLabel('Name').inputValue()).toBe('ada')
    expect(await page.getByLabel('Password').inputValue()).toBe('')
    await focused('Password')
    await page.keyboard.type('correct horse')
    await page.keyboard.press('Enter')
    await page.waitForURL(`${url}/`)
    expect(await page.title()).toBe('Zenith')
  })

  it('leads to the live page and back, with no complaint of the browser', async () => {
    const { page, url, problems } = await open()
    await logIn(page, 'wrong')
    await page.getByRole('alert').waitFor()
    await logIn(page, 'correct horse')
    await page.getByText('web-1').first().waitFor()
    await page.goto(`${url}/logout`)
    await page.getByText('You are logged in as ada').waitFor()
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.waitForURL(`${url}/login`)
    await page.goto(url)
    expect(page.url()).toBe(`${url}/login`)
    expect(problems).toEqual([])
  })

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
    ['dark', 390],
  ] as const)('is clean for axe in %s at %i px, with and without a problem', async (colorScheme, width) => {
    const { page, url } = await open({ colorScheme, viewport: { width, height: 800 } })
    const findings = async () => {
      await page.evaluate(axe.source)
      const { violations } = (await page.evaluate('axe.run()')) as AxeResults
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
    }
    const isWiderThanScreen = () => page.evaluate('document.documentElement.scrollWidth > innerWidth')
    const background = await page.evaluate('getComputedStyle(document.body).backgroundColor')
    expect(background).toBe(colorScheme === 'dark' ? 'rgb(11, 13, 18)' : 'rgb(246, 246, 248)')
    expect([await findings(), await isWiderThanScreen()]).toEqual([[], false])
    await logIn(page, 'wrong')
    await page.getByRole('alert').waitFor()
    expect([await findings(), await isWiderThanScreen()]).toEqual([[], false])
    await logIn(page, 'correct horse')
    await page.waitForURL(`${url}/`)
    await page.goto(`${url}/logout`)
    expect([await findings(), await isWiderThanScreen()]).toEqual([[], false])
  })
})

/** Tries what a hostile text would, had it become part of the page; resolves to what the browser said to each. */
const ATTACKS = `new Promise((resolve) => {
  const stopped = []
  document.addEventListener('securitypolicyviolation', (event) => stopped.push(event.effectiveDirective))
  const script = document.createElement('script')
  script.textContent = 'window.wasRun = true'
  const remote = document.createElement('script')
  remote.src = 'http://127.0.0.2:9/x.js'
  const style = document.createElement('style')
  style.textContent = 'body { display: none }'
  const image = document.createElement('img')
  image.src = 'http://127.0.0.2:9/x.png'
  const frame = document.createElement('iframe')
  frame.src = 'http://127.0.0.2:9/'
  const handler = document.createElement('div')
  handler.setAttribute('onclick', 'window.wasRun = true')
  const base = document.createElement('base')
  base.href = 'http://127.0.0.2:9/'
  const form = document.createElement('form')
  form.action = 'http://127.0.0.2:9/'
  document.head.append(base)
  document.body.append(script, remote, style, image, frame, handler, form)
  handler.click()
  form.submit()
  fetch('http://127.0.0.2:9/').catch(() => {})
  setTimeout(() => resolve({ stopped: [...new Set(stopped)].sort(), wasRun: window.wasRun === true }), 300)
})`

it('stops in the browser whatever the policy forbids, on the log-in and on the page', async () => {
  const { page, url } = await open()
  const all = ['base-uri', 'connect-src', 'form-action', 'frame-src', 'img-src', 'script-src-attr', 'script-src-elem']
  const expected = { stopped: [...all, 'style-src-elem'], wasRun: false }
  expect(await page.evaluate(ATTACKS)).toEqual(expected)
  await page.goto(`${url}/login`)
  await logIn(page, 'correct horse')
  await page.getByText('web-1').first().waitFor()
  expect(await page.evaluate(ATTACKS)).toEqual(expected)
})
