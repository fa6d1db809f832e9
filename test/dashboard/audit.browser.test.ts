import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { sqliteDriver } from '../../src/archive/sqlite/driver.js'
import { auditRecord } from '../../src/archiver/feeds/audit.js'
import type { NewAuditEntry } from '../../src/ports/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { archiveDir } from '../support/archive-files.js'
import { launchBrowser } from '../support/browser.js'
import { put } from '../support/filled-archive.js'
import { inlineArchive } from '../support/inline-archive.js'
import { PATIENCE_MS } from '../support/patience.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { serve, type TestServer } from '../zenith/support/serve.js'
import { assets } from './fixture/assets.js'
import { checkLooks } from './fixture/looks.js'
import { openPage } from './fixture/open-page.js'

const HOUR = 3_600_000
const NOW = Date.now()

/** A Zenith with a real Redis, with and without an archive of what was before. */
let browser: Browser
let redis: TestRedis
let archived: TestServer
let plain: TestServer
const ends: (() => Promise<unknown>)[] = []

function pair(operation: string, at: number, fields: Partial<NewAuditEntry>): readonly NewAuditEntry[] {
  const line: NewAuditEntry = {
    ...{ operation, step: 'intent', at, user: 'ada', role: 'admin', via: 'password', from: '203.0.113.7' },
    ...{ action: 'retry', queue: 'bullmq|mail', queueName: 'mail', target: '2 jobs: 17, 18', ok: null, detail: null },
    ...fields,
  }
  return [line, { ...line, step: 'result', at: at + 40, ok: true, detail: '2 done', ...onlyResult(fields) }]
}

function onlyResult({ ok, detail }: Partial<NewAuditEntry>) {
  return { ...(ok !== undefined && { ok }), ...(detail !== undefined && { detail }) }
}

const RECENT = [
  ...pair('r1', NOW - 30 * 60_000, { user: 'eve', via: 'token deploy', action: 'pause', target: '' }),
  ...pair('r2', NOW - 60_000, { action: 'remove', ok: false, detail: '1 done, 1 not: it is locked by a worker' }),
]
const OLD = Array.from({ length: 120 }, (_, index) =>
  pair(`o${index}`, NOW - (index + 30) * HOUR, index === 100 ? { action: 'archive forget', target: 'email:…' } : {}),
).flat()

beforeAll(async () => {
  await assets()
  browser = await launchBrowser()
  redis = await startRedis()
  const store = redisStore({ redis: redis.url })
  for (const line of RECENT) await store.appendAudit(line)
  const { createZenith, toNodeHandler } = await import('../../src/runtime/create-zenith.js')
  const archive = inlineArchive(sqliteDriver({ dir: archiveDir() }))
  await archive.open()
  await put(archive, { records: OLD.map((line, index) => auditRecord({ ...line, id: `0-${index}` }, NOW)) })
  const zeniths = [
    createZenith({ redis: redis.url, auth: () => 'admin', logger: false, archive }),
    createZenith({ redis: redis.url, auth: () => 'admin', logger: false }),
  ] as const
  archived = await serve(toNodeHandler(zeniths[0]))
  plain = await serve(toNodeHandler(zeniths[1]))
  ends.push(
    () => archived.close(),
    () => plain.close(),
    ...zeniths.map((zenith) => () => zenith.close()),
    () => store.close(),
    () => redis.stop(),
    () => browser.close(),
  )
}, PATIENCE_MS)
afterAll(async () => {
  for (const end of ends) await end()
})

async function open(server: TestServer, query: string, options = {}) {
  const { page, problems, close } = await openPage(browser, `${server.url}/${query}`, options)
  onTestFinished(close)
  return { page, problems }
}

const trail = (page: Page) => page.getByRole('region', { name: 'Audit trail' })
const rows = (page: Page) => trail(page).getByRole('list', { name: 'Lines of the audit trail' }).getByRole('listitem')
const status = (page: Page, text: string) => trail(page).getByRole('status').getByText(text, { exact: true })

it('searches the trail over all times, with the filter in the URL, as chips, and as a table', async () => {
  const { page, problems } = await open(archived, '?page=activity')
  await status(page, '50 actions shown').waitFor()
  await rows(page).first().getByText('not completed').waitFor()
  await rows(page).nth(1).getByText('by token deploy').waitFor()
  await trail(page).getByRole('button', { name: 'Show older' }).click()
  await status(page, '100 actions shown').waitFor()

  await trail(page).getByLabel('Action').selectOption('remove')
  await status(page, '1 action shown').waitFor()
  await page.waitForURL((url) => url.searchParams.get('action') === 'remove')
  const csv = await trail(page).getByRole('link', { name: 'CSV' }).getAttribute('href')
  const table = await (await page.request.get(new URL(csv ?? '', page.url()).href)).text()
  expect(table.trim().split('\r\n')).toHaveLength(3)
  await page.locator('[data-chip="Action"]').click()
  await trail(page).getByLabel('Result').selectOption('not completed')
  await status(page, '1 action shown').waitFor()
  await trail(page).getByLabel('Result').selectOption('')

  await rows(page).filter({ hasText: 'eve' }).getByRole('link', { name: 'eve' }).click()
  await status(page, '1 action shown').waitFor()
  await page.locator('[data-chip="User"]').click()
  await page.getByPlaceholder('Filter').fill('email')
  await rows(page).filter({ hasText: 'archive forget' }).waitFor()
  await status(page, '1 action shown').waitFor()
  await checkLooks(page)
  expect(problems).toEqual([])
})

it('narrows it to a period, says when nothing matches, and leads back', async () => {
  const { page, problems } = await open(archived, '?page=activity&user=eve&address=203.')
  await status(page, '1 action shown').waitFor()
  await page.getByRole('radio', { name: '15 min' }).check({ force: true })
  await trail(page).getByText('Nothing matches the filter').waitFor()
  await page.waitForURL((url) => url.searchParams.get('kept') === 'period')
  await page.reload()
  await trail(page).getByText('Nothing matches the filter').waitFor()
  await page.getByLabel('Longer period').selectOption('24h')
  await status(page, '1 action shown').waitFor()
  await page.getByRole('radio', { name: '15 min' }).check({ force: true })
  await trail(page).getByRole('button', { name: 'Show everything' }).press('Enter')
  await status(page, '50 actions shown').waitFor()
  expect(new URL(page.url()).search).toBe('?page=activity')
  expect(problems).toEqual([])
})

it('says without an archive how far back the trail goes, on a phone, too', async () => {
  const { page, problems } = await open(plain, '?page=activity', { viewport: { width: 390, height: 844 } })
  await status(page, '2 actions shown').waitFor()
  await trail(page).getByText('4 lines searched, back to').waitFor()
  await trail(page).getByText('Without an archive Zenith keeps about the newest 10,000 lines.').waitFor()
  await checkLooks(page)
  expect(problems).toEqual([])
})
