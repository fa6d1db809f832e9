import axe, { type AxeResults } from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { launchBrowser } from '../../../support/browser.js'
import { PATIENCE_MS } from '../../../support/patience.js'
import { openOidcServer } from './support/oidc-server.js'
import { openSite } from './support/site.js'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

async function open(options: BrowserContextOptions = {}) {
  const provider = await openOidcServer()
  const site = await openSite({ sso: [{ ...provider.options, scopes: ['profile', 'email', 'groups'] }] })
  provider.start({ pages: [site.url] })
  provider.logInAs('u1', { preferred_username: 'ada', groups: ['staff'] })
  const context = await browser.newContext(options)
  onTestFinished(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  const problems: string[] = []
  // The page asks for alerts, which are off here: that is an answer.
  const isExpected = (text: string) => text.includes('status of 409')
  page.on('console', (message) => {
    if (message.type() === 'error' && !isExpected(message.text())) problems.push(message.text())
  })
  page.on('pageerror', (error) => void problems.push(error.message))
  return { provider, site, context, page, problems }
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations: found } = await page.evaluate<AxeResults>('axe.run()')
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`)
}

describe('single sign-on in a browser', () => {
  it('leads to the provider of another site and back, with a strict cookie', async () => {
    const { site, context, page, problems } = await open()
    await page.goto(`${site.url}/?service=shop`)
    await page.getByRole('link', { name: 'Log in with Real' }).click()
    await page.waitForURL(`${site.url}/?service=shop`)
    await page.goto(`${site.url}/logout`)
    await page.getByText('You are logged in as ada').waitFor()
    const cookies = (await context.cookies(site.url)).map(
      ({ name, sameSite, httpOnly }) => `${name} ${sameSite} ${httpOnly}`,
    )
    expect(cookies.sort()).toEqual(['quasar_form Strict true', 'quasar_session Strict true'])
    expect(problems).toEqual([])
  })

  it('comes in from a link of another site, without JavaScript', async () => {
    const { site, provider, page } = await open({ javaScriptEnabled: false })
    await page.goto(`${provider.issuer}/nothing`)
    await page.setContent(`<a href="${site.url}/login?with=real">Zenith</a>`)
    await page.getByRole('link', { name: 'Zenith' }).click()
    await page.waitForURL(`${site.url}/`)
  })

  it('leads out again: of Zenith, then of the provider, then to the log-in', async () => {
    const { site, page } = await open()
    await page.goto(`${site.url}/login?with=real`)
    await page.waitForURL(`${site.url}/`)
    await page.goto(`${site.url}/logout`)
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByRole('button', { name: 'Yes, sign me out' }).click()
    await page.waitForURL((url) => url.href.startsWith(`${site.url}/login`))
    expect(await site.people.sessions(null)).toEqual([])
  })

  it.each(['light', 'dark'] as const)('its pages have no faults that axe finds, in %s', async (colorScheme) => {
    const { site, provider, page } = await open({ colorScheme })
    await page.goto(`${site.url}/login`)
    expect(await violations(page)).toEqual([])
    expect(await page.getByRole('link', { name: 'Log in with Real' }).boundingBox()).toMatchObject({
      height: expect.any(Number),
    })
    provider.logInAs('u2', { preferred_username: 'eve', groups: [] })
    await page.getByRole('link', { name: 'Log in with Real' }).click()
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').textContent()).toContain('Real knows you as eve')
    expect(await violations(page)).toEqual([])
  })
})
