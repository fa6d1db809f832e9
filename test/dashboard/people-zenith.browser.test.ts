import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { redisStore } from '../../src/stores/redis/index.js'
import { launchBrowser } from '../support/browser.js'
import { ensureBuilt } from '../support/pack.js'
import { PATIENCE_MS } from '../support/patience.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { beatOf, report } from '../zenith/support/records.js'
import { serve, type TestServer } from '../zenith/support/serve.js'
import { openPage } from './fixture/open-page.js'

/** A Zenith as it is published, with users in SQLite and two queues in Redis. */
let browser: Browser
let redis: TestRedis
let server: TestServer
const paths: string[] = []
const ends: (() => unknown)[] = []
type Runtime = typeof import('../../src/runtime/create-zenith.js') &
  typeof import('../../src/runtime/sqlite-archive.js') &
  typeof import('../../src/queues/bullmq/index.js')

/** The archive's thread is a file of the package. */
async function built(): Promise<Runtime> {
  await ensureBuilt()
  const files = ['runtime/create-zenith', 'runtime/sqlite-archive', 'queues/bullmq/index']
  const load = (file: string) => import(pathToFileURL(`dist/esm/${file}.js`).href)
  return Object.assign({}, ...(await Promise.all(files.map(load))))
}

beforeAll(async () => {
  const { createZenith, toNodeHandler, sqliteArchive, bullmqQueues } = await built()
  browser = await launchBrowser()
  redis = await startRedis()
  const client = redis.client()
  for (const name of ['mail', 'orders']) await client.hset(`bull:${name}:meta`, { version: 'bullmq:6.7.0' })
  const dir = mkdtempSync(join(tmpdir(), 'quasar-people-'))
  const source = bullmqQueues({ connection: redis.url, queues: ['mail', 'orders'] })
  const zenith = createZenith({
    ...{ redis: redis.url, queues: [source], auth: { people: {} }, archive: sqliteArchive({ dir }) },
    ...{ onSetup: (path) => paths.push(path), interval: 100, logger: false },
  })
  server = await serve(toNodeHandler(zenith))
  ends.push(
    () => browser.close(),
    () => server.close(),
    () => zenith.close(),
    () => source.close(),
    () => redis.stop(),
    () => rmSync(dir, { recursive: true, force: true }),
  )
}, PATIENCE_MS)
afterAll(async () => {
  for (const end of ends) await end()
})

async function setPassword(page: Page, password: string): Promise<void> {
  await page.getByLabel(/^Password/).fill(password)
  await page.getByLabel('The same password again').fill(password)
  await page.getByRole('button', { name: 'Save and log in' }).click()
  await page.getByRole('heading', { level: 1, name: 'Pulse' }).waitFor()
}

/** Puts a right into the form that is open. */
async function addRight(page: Page, number: number, role: string, queues: string | null): Promise<void> {
  await page.getByRole('button', { name: 'Add a right' }).click()
  const right = page.getByRole('group', { name: `right ${number}` })
  await right.getByLabel('Role').selectOption(role)
  if (queues === null) return
  await right.getByLabel('Queues').selectOption('some')
  await right.getByLabel('Names or keys').fill(queues)
}

async function openQueue(page: Page, name: string): Promise<void> {
  await page.goto(`${server.url}/?page=queues`)
  await page.getByRole('link', { name, exact: true }).click()
  await page.getByRole('heading', { level: 1, name }).waitFor()
  await page.getByRole('group', { name: /jobs$/ }).first().waitFor()
}

it('from the first admin to a user with rights for some queues, who is disabled while the page is open', async () => {
  await vi.waitFor(() => expect(paths).toHaveLength(1))
  const admin = await openPage(browser, `${server.url}/${paths[0]}`)
  const { page } = admin
  await page.getByLabel('Name').fill('ada')
  await setPassword(page, 'correct horse battery')
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'People' }).click()

  await page.getByRole('link', { name: /^Groups/ }).click()
  await page.getByRole('button', { name: 'New group' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Mail team')
  await addRight(page, 1, 'viewer', null)
  await addRight(page, 2, 'operator', 'mail*')
  await page.getByRole('button', { name: 'Add group' }).click()
  await page.getByText('The group Mail team is saved').waitFor()

  await page.getByRole('link', { name: /^Users/ }).click()
  await page.getByRole('button', { name: 'New user' }).click()
  await page.getByLabel('Name', { exact: true }).fill('ben')
  await page.getByRole('checkbox', { name: 'Mail team' }).check()
  await page.getByRole('button', { name: 'Add user' }).click()
  const link = await page.getByLabel('One-time link').inputValue()
  await page.getByRole('button', { name: 'Done' }).click()
  const users = page.getByRole('list', { name: 'Users' }).getByRole('listitem')
  await users.filter({ hasText: 'ben' }).getByText('invited').waitFor()

  const joining = await openPage(browser, link)
  await setPassword(joining.page, 'a password for the mail')
  await joining.close()
  const other = await openPage(browser, server.url)
  const { page: bens } = other
  await bens.getByLabel('Name', { exact: true }).fill('ben')
  await bens.getByLabel('Password').fill('a password for the mail')
  await bens.getByRole('button', { name: 'Log in' }).click()
  await bens.getByRole('heading', { level: 1, name: 'Pulse' }).waitFor()
  expect(await bens.getByRole('link', { name: 'People' }).count()).toBe(0)
  await openQueue(bens, 'orders')
  expect(await bens.getByRole('button', { name: 'Pause', exact: true }).count()).toBe(0)
  await openQueue(bens, 'mail')
  await bens.getByRole('button', { name: 'Pause', exact: true }).click()
  await bens.getByRole('dialog').getByRole('button', { name: 'Pause mail' }).click()
  await bens.getByText('mail is paused').waitFor()
  await bens
    .getByRole('banner')
    .getByRole('link', { name: /^ben\b/ })
    .click()
  await bens.getByText('Mail team', { exact: true }).waitFor()
  expect(await bens.getByRole('list', { name: 'Your sessions' }).getByRole('listitem').count()).toBe(2)

  // The last admin stays one, whatever is asked, and what was typed stays, too.
  await page.reload()
  await page.getByRole('button', { name: 'Details of ada' }).click()
  await users.filter({ hasText: 'ada' }).getByRole('button', { name: 'Edit' }).click()
  const form = page.getByRole('dialog', { name: 'Edit ada' })
  await form.getByLabel('Role').selectOption('viewer')
  await form.getByRole('button', { name: 'Save' }).click()
  await form.getByText('Nobody could edit users any more: make another user admin first.').waitFor()
  expect(await form.getByLabel('Role').inputValue()).toBe('viewer')
  await form.getByRole('button', { name: 'Cancel' }).click()

  await page.getByRole('button', { name: 'Details of ben' }).click()
  await page.getByRole('button', { name: 'Disable' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Disable ben' }).click()
  await page.getByText('ben is disabled').waitFor()
  const store = redisStore({ redis: redis.url })
  await report(store, beatOf('shop', 'web-1-1', { timestamp: Date.now() }))
  await store.close()
  await bens.getByText('You are no longer logged in to Zenith.').waitFor()
  await bens.reload()
  await bens.getByRole('button', { name: 'Log in' }).waitFor()

  await page.goto(`${server.url}/?page=activity`)
  const trail = page.getByRole('region', { name: 'Audit trail' })
  await trail
    .getByText(/^ada · admin · by link · from /)
    .first()
    .waitFor()
  expect(await trail.getByText(/^ben · operator · by password · from /).count()).toBeGreaterThan(0)
  // The refusal, as browsers log it.
  expect(admin.problems).toEqual([expect.stringContaining('409')])
  await Promise.all([admin.close(), other.close()])
})
