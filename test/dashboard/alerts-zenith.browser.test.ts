import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Role } from '../../src/api/permissions.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { launchBrowser } from '../support/browser.js'
import { PATIENCE_MS } from '../support/patience.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { beatOf, report } from '../zenith/support/records.js'
import { serve, type TestServer, withEnv } from '../zenith/support/serve.js'
import { assets } from './fixture/assets.js'
import { checkLooks } from './fixture/looks.js'
import { openPage } from './fixture/open-page.js'

/** A Zenith with a real Redis, and a host whose disk is almost full. */
let browser: Browser
let redis: TestRedis
let zenith: TestServer
let receiver: TestServer
let role: Role = 'admin'
const received: { headers: IncomingMessage['headers']; body: string }[] = []
const ends: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  await assets()
  browser = await launchBrowser()
  redis = await startRedis()
  receiver = await serve(answer)
  const { createZenith, toNodeHandler } = await import('../../src/runtime/create-zenith.js')
  const one = await withEnv('QUASAR_SECRET', 'a-secret-of-at-least-16-characters', () =>
    createZenith({
      redis: redis.url,
      auth: () => role,
      logger: false,
      alerts: {
        allowedNetworks: ['127.0.0.0/8'],
        rules: [
          // At once: the test waits for a few looks as it is.
          {
            ...{ id: 'disk', name: 'Disk almost full', severity: 'critical', forMs: 0 },
            conditions: [{ metric: 'host.diskFree', is: 'below', threshold: 10 }],
          },
          {
            id: 'checkout',
            name: 'Checkout is slow',
            conditions: [{ metric: 'service.p95', is: 'above', threshold: 900 }],
          },
        ],
      },
    }),
  )
  zenith = await serve(toNodeHandler(one))
  const store = redisStore({ redis: redis.url })
  const beat = () => report(store, beatOf('shop', 'db-1-1', { hostname: 'db-1', timestamp: Date.now(), disk: DISK }))
  await beat()
  const timer = setInterval(() => void beat(), 5_000)
  ends.push(
    async () => clearInterval(timer),
    () => zenith.close(),
    () => one.close(),
    () => store.close(),
    () => receiver.close(),
    () => redis.stop(),
    () => browser.close(),
  )
}, PATIENCE_MS)
afterAll(async () => {
  for (const end of ends) await end()
})

const DISK = [{ mount: '/', total: 100_000_000_000, free: 5_000_000_000, usedPct: 95 }]

function answer(request: IncomingMessage, response: ServerResponse): void {
  let body = ''
  request.on('data', (part) => {
    body += part
  })
  request.on('end', () => {
    received.push({ headers: request.headers, body })
    response.writeHead(202, { 'content-type': 'text/plain' }).end('noted, thank you')
  })
}

async function open(query: string): Promise<{ page: Page; problems: string[]; close: () => Promise<void> }> {
  const opened = await openPage(browser, `${zenith.url}/${query}`)
  await opened.page.getByRole('heading', { level: 1 }).waitFor()
  return opened
}

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name })

describe('the page of alerts, on a real Zenith', () => {
  it('adds a webhook, whose address it does not show again, and tells what it answered to a test', async () => {
    const { page, problems, close } = await open('?page=alerts')
    await page.getByRole('link', { name: 'Set up a receiver' }).click()
    await button(page, 'New receiver').click()
    await page.getByLabel('Kind').selectOption('webhook')
    await page.getByLabel('Name').fill('Own systems')
    await page.getByLabel('URL').fill(`${receiver.url.replace('localhost', '127.0.0.1')}/secret-path`)
    await page.getByLabel('Key', { exact: true }).fill('a-key-of-at-least-16-characters')
    await button(page, 'Add receiver').click()
    const row = page.getByRole('list', { name: 'Receivers' }).getByRole('listitem')
    await row.getByText('Own systems').waitFor()
    await page.getByText('No receiver is set up').waitFor({ state: 'hidden' })
    expect(await page.content()).not.toContain('secret-path')
    await button(page, 'Test Own systems').click()
    const dialog = page.getByRole('dialog', { name: 'Test of Own systems' })
    await dialog.getByText('It took the message').waitFor()
    await dialog.getByText('status 202').waitFor()
    await dialog.getByText('noted, thank you').waitFor()
    expect(received).toHaveLength(1)
    await dialog.getByRole('button', { name: 'Close' }).click()
    await button(page, 'Edit Own systems').click()
    await page.getByText('stored; enter to replace').first().waitFor()
    await page.getByLabel('Name').fill('Our systems')
    await page.getByLabel('URL').fill(`${receiver.url.replace('localhost', '127.0.0.1')}/other-path`)
    await button(page, 'Save').click()
    await page.getByText('Enter the secret again').waitFor()
    await page.getByLabel('Remove the key').check()
    await button(page, 'Save').click()
    await row.getByText('Our systems').waitFor()
    await button(page, 'Edit Our systems').click()
    await page.getByText('empty: unsigned').waitFor()
    await button(page, 'Cancel').click()
    expect(problems).toEqual([expect.stringContaining(' 400 ')])
    await close()
  })

  it('makes a rule, says what is wrong with it, changes it and deletes it', async () => {
    const { page, problems, close } = await open('?page=alerts&tab=rules')
    await button(page, 'New rule').click()
    const form = page.getByRole('dialog', { name: 'New rule' })
    await form.getByLabel('Name').fill('Heap of the workers')
    await form.getByLabel('Metric').selectOption('node.heap')
    await form.getByRole('button', { name: 'Save' }).click()
    await form.getByText('is needed').waitFor()
    await form.getByLabel('Threshold').fill('80')
    await form.getByLabel('Clear at').fill('85')
    await form.getByText('takes at most the threshold').waitFor()
    await form.getByLabel('Clear at').fill('70')
    await form.getByLabel('Fires after').fill('5 min')
    await form.getByLabel('Services').fill('nobody-*')
    const tried = form.getByRole('region', { name: 'Preview' })
    await tried.getByText(/Would have fired/).waitFor()
    await tried.getByText(/The past is read in steps of 60 s/).waitFor()
    await form.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Heap of the workers is saved').waitFor()
    const row = page.getByRole('listitem').filter({ hasText: 'Heap above 80 %, clear at 70 %, for 5 min' })
    await row.getByText('matches nothing').waitFor()
    await button(page, 'Details of Heap of the workers').click()
    await row.getByRole('button', { name: 'Switch off' }).click()
    await row.getByText('switched off').waitFor()
    await row.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await row.waitFor({ state: 'detached' })
    expect(problems).toEqual([])
    await close()
  })

  it('overrides a rule of the code, and resets it', async () => {
    const { page, problems, close } = await open('?page=alerts&tab=rules&rule=checkout')
    const row = page.getByRole('listitem').filter({ hasText: 'Checkout is slow' })
    await row.getByText('from code').waitFor()
    expect(await row.getByRole('button', { name: 'Switch off' }).count()).toBe(0)
    await row.getByRole('button', { name: 'Override' }).click()
    await page.getByLabel('Threshold').fill('1.2 s')
    await page.getByRole('dialog').getByRole('button', { name: 'Override' }).click()
    await row.getByText('above 1.2 s').first().waitFor()
    await row.getByText('overridden here').waitFor()
    await row.getByRole('button', { name: 'Reset' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Reset Checkout is slow' }).click()
    await row.getByText('above 900 ms').first().waitFor()
    expect(problems).toEqual([])
    await close()
  })

  it('says why a rule can’t be tried on the past', async () => {
    const { page, problems, close } = await open('?page=alerts&tab=rules')
    await button(page, 'New rule').click()
    const form = page.getByRole('dialog', { name: 'New rule' })
    await form.getByLabel('Name').fill('Drops')
    await form.getByLabel('Metric').selectOption('node.dropped')
    await form.getByLabel('Threshold').fill('1')
    const tried = form.getByRole('region', { name: 'Preview' })
    await tried.getByText('There is no history of node.dropped (dropped records): ').waitFor()
    expect(await tried.getByText('Would have fired').count()).toBe(0)
    expect(problems).toEqual([])
    await close()
  })

  it('names the condition that the value of a rule with several is of', async () => {
    const { page, problems, close } = await open('?page=alerts&tab=rules')
    const row = page.getByRole('listitem').filter({ hasText: 'Jobs fail' })
    await row.getByText('failed attempts', { exact: true }).waitFor()
    const single = page.getByRole('listitem').filter({ hasText: 'CPU high' })
    expect(await single.getByText('CPU of the host', { exact: true }).count()).toBe(0)
    expect(problems).toEqual([])
    await close()
  })

  it('plans a weekly maintenance, and ends it', async () => {
    const { page, problems, close } = await open('?page=alerts&tab=silences')
    await button(page, 'New silence').click()
    const form = page.getByRole('dialog')
    await form.getByLabel('Reason').fill('Backup')
    await form.getByLabel('When').selectOption('weekly')
    await form.getByRole('button', { name: 'Plan maintenance' }).click()
    await form.getByText('Say what is silenced').waitFor()
    await form.getByLabel('Hosts').fill('backup-*')
    await form.getByRole('checkbox', { name: 'Sunday' }).check()
    await form.getByLabel('Time zone').fill('Europe/Berlin')
    await form.getByRole('button', { name: 'Plan maintenance' }).click()
    const row = page.getByRole('list', { name: 'Silences' }).getByRole('listitem')
    await row.getByText('Sundays, 02:00 for 1 h, Europe/Berlin').waitFor()
    await button(page, 'End the silence Backup').click()
    await page.getByRole('dialog').getByRole('button', { name: 'End it' }).click()
    await page.getByText('No silence').waitFor()
    expect(problems).toEqual([])
    await close()
  })

  it('tells of a full disk at the bell and on the cards, is acknowledged and silenced, and what was sent is listed', async () => {
    const { page, problems, close } = await open('')
    const bell = page.locator('[data-bell]')
    // The page is not loaded again: the stream tells of it.
    await page.locator('[data-bell="critical"]').waitFor()
    expect(await bell.getAttribute('aria-label')).toBe('Alerts: 1 new one, 1 critical')
    await page
      .getByRole('article', { name: 'shop health' })
      .getByRole('link', { name: '1 alert: Disk almost full' })
      .waitFor()
    await bell.click()
    const row = page.getByRole('list', { name: 'Alerts' }).getByRole('listitem').filter({ hasText: 'Disk almost full' })
    await row.getByText('Free disk 5 %').waitFor()
    expect(await row.getByRole('link', { name: 'host db-1' }).getAttribute('href')).toContain('q=db-1')
    // The message waits a look for a cause that explains it; what is acknowledged before needs none.
    await vi.waitFor(() => expect(received.some(({ body }) => body.includes('Free disk 5 %'))).toBe(true))
    await row.getByRole('button', { name: 'Acknowledge' }).click()
    await row.getByText('acknowledged by admin').waitFor()
    await page.locator('[data-bell="quiet"]').waitFor()
    await row.getByRole('button', { name: 'Silence this host' }).click()
    await page.getByLabel('Reason').fill('We are cleaning up')
    await page.getByLabel('For', { exact: true }).selectOption('tomorrow')
    await page.getByRole('dialog').getByRole('button', { name: 'Silence' }).click()
    await row.getByText('silenced').waitFor()
    await button(page, /^Details of Disk almost full/).click()
    await row.getByText('We are cleaning up').waitFor()
    await row.getByText('fired · Free disk 5 %').waitFor()
    await page.getByRole('link', { name: 'Deliveries' }).click()
    await page.getByRole('row').filter({ hasText: 'Free disk 5 %' }).getByText('sent').waitFor()
    expect(problems).toEqual([])
    await close()
  })

  it('shows a viewer everything and offers nothing, with no finding of axe', async () => {
    role = 'viewer'
    const { page, problems, close } = await open('?page=alerts')
    await page.getByRole('list', { name: 'Alerts' }).getByText('Disk almost full').waitFor()
    // Each has something: the tests above added it.
    for (const tab of ['firing', 'rules', 'silences', 'receivers']) {
      await page.goto(`${zenith.url}/?page=alerts&tab=${tab}`)
      await page.getByRole('list').first().waitFor()
      for (const name of [/^Acknowledge/, /^Silence/, /^New/, /^Edit/, /^Test/, /^Delete/, /^End/])
        expect(await button(page, name).count(), `${tab} ${name}`).toBe(0)
    }
    await checkLooks(page)
    expect(problems).toEqual([])
    role = 'admin'
    await close()
  })
})
