import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { sqliteDriver } from '../../src/archive/sqlite/driver.js'
import type { Archive } from '../../src/ports/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { AlertMemory } from '../../src/zenith/alerts/memory.js'
import { changeOf, changeRecords, fired } from '../support/alert-changes.js'
import { archiveDir } from '../support/archive-files.js'
import { launchBrowser } from '../support/browser.js'
import { attempt, figuresAt, MAIL_KEY, put } from '../support/filled-archive.js'
import { inlineArchive } from '../support/inline-archive.js'
import { PATIENCE_MS } from '../support/patience.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { serve, type TestServer } from '../zenith/support/serve.js'
import { assets } from './fixture/assets.js'
import { checkLooks } from './fixture/looks.js'
import { openPage } from './fixture/open-page.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** In the middle of a minute, two days ago. */
const AT = Math.floor((Date.now() - 48 * HOUR) / MINUTE) * MINUTE + 30_000

/** A Zenith with a real Redis that lists an alert of today, with and without an archive of what was before. */
let browser: Browser
let redis: TestRedis
let archived: TestServer
let plain: TestServer
const ends: (() => Promise<unknown>)[] = []

const backlog = {
  ...{ rule: 'backlog', ruleName: 'Backlog', severity: 'critical' as const, text: 'The oldest job waits 20 min' },
  subject: {
    kind: 'queue' as const,
    key: MAIL_KEY,
    name: 'mail',
    service: null,
    services: ['shop'],
    host: null,
    environment: null,
  },
} satisfies Parameters<typeof fired>[2]

async function fill(archive: Archive): Promise<void> {
  await archive.open()
  const hourly = Array.from({ length: 120 }, (_, hour) =>
    fired(AT - (hour + 1) * HOUR, AT - hour * HOUR - MINUTE),
  ).flat()
  const long = [
    ...fired(AT - 15 * MINUTE, AT + 40 * MINUTE, backlog),
    changeOf({ ...backlog, at: AT - 5 * MINUTE, change: 'acknowledged', firedAt: AT - 15 * MINUTE, by: 'ada' }),
  ]
  await put(archive, {
    records: await changeRecords([...hourly, ...long]),
    figures: figuresAt(AT),
    jobs: [attempt('j1', AT)],
    gaps: [{ stream: 'alerts', from: AT - 300 * HOUR, to: AT - 299 * HOUR, lost: null }],
  })
}

beforeAll(async () => {
  await assets()
  browser = await launchBrowser()
  redis = await startRedis()
  const store = redisStore({ redis: redis.url })
  const now = Date.now()
  const events = fired(now - 20 * MINUTE, now - 10 * MINUTE, { ruleName: 'CPU of today' }).toReversed()
  const memory = new AlertMemory(store)
  const state = { writer: 'another', at: now, outbox: [], news: [], receivers: 0, memory: null }
  await memory.writeState({ ...state, engine: { tracks: [], quiet: {} } })
  await memory.writeShown({ events, deliveries: [], rules: {} })
  const { createZenith, toNodeHandler } = await import('../../src/runtime/create-zenith.js')
  const archive = inlineArchive(sqliteDriver({ dir: archiveDir() }))
  await fill(archive)
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

async function open(server: TestServer, query: string): Promise<{ page: Page; problems: string[] }> {
  const { page, problems, close } = await openPage(browser, `${server.url}/${query}`)
  onTestFinished(close)
  return { page, problems }
}

const changes = (page: Page) => page.getByRole('list', { name: 'Changes of alerts' }).getByRole('listitem')

it('lists what alerts did over any time, page by page, and leads to the fleet at a change', async () => {
  const { page, problems } = await open(archived, '?page=alerts')
  await page.getByRole('navigation', { name: 'Parts of the alerts' }).getByRole('link', { name: 'History' }).click()
  await page.getByText('100 changes shown').waitFor()
  await changes(page).first().getByText('CPU of today').waitFor()
  await page.getByRole('button', { name: 'Load more' }).click()
  await page.getByText('200 changes shown').waitFor()
  await page.getByText('may be missing: no Zenith archived them in time').waitFor()
  await checkLooks(page)

  await page.getByLabel('Severity').selectOption('critical')
  await page.getByText('3 changes shown').waitFor()
  await changes(page).nth(1).getByText('by ada').waitFor()
  await changes(page).first().getByText('after 55 min').waitFor()
  const csv = await page.getByRole('link', { name: 'CSV' }).getAttribute('href')
  const answer = await page.request.get(new URL(csv ?? '', page.url()).href)
  expect((await answer.text()).trim().split('\r\n')).toHaveLength(4)
  await page.getByLabel('Change', { exact: true }).selectOption('firing')
  await page.getByText('1 change shown').waitFor()

  await page.getByRole('radio', { name: '1 h' }).check({ force: true })
  await page.getByText('Nothing matches').waitFor()
  await page.getByLabel('Severity').selectOption('')
  await page.getByLabel('Change', { exact: true }).selectOption('')
  await page.getByText('2 changes shown').waitFor()
  await page.getByLabel('Longer period').selectOption('7d')
  await page.getByText('100 changes shown').waitFor()
  await page.getByLabel('Severity').selectOption('critical')
  await page.getByLabel('Change', { exact: true }).selectOption('firing')
  await changes(page).first().getByRole('link', { name: 'Fleet then' }).click()
  await page.waitForURL((url) => url.searchParams.get('t') === String(AT - 15 * MINUTE))
  await page.getByRole('region', { name: 'Firing alerts' }).getByText('Backlog').waitFor()
  expect(problems).toEqual([])
})

it('shows in Time Travel what fired at a moment, with ticks, and leads to when it began', async () => {
  const { page, problems } = await open(archived, `?page=time-travel&t=${AT}&span=1h`)
  const firing = page.getByRole('region', { name: 'Firing alerts' })
  const row = firing.getByRole('listitem').filter({ hasText: 'Backlog' })
  await row.getByText('acknowledged by ada').waitFor()
  await row.getByText('over after 55 min').waitFor()
  await page.getByText(/^■? ?Alerts: \d+ alerts?$/).waitFor()
  await page.getByText(/^What happened in/).click()
  await page.getByText('Alert fired: Backlog: mail').waitFor()
  await checkLooks(page)
  await row.getByRole('link', { name: 'When it fired' }).click()
  await page.waitForURL((url) => url.searchParams.get('t') === String(AT - 15 * MINUTE))
  await firing.getByRole('listitem').filter({ hasText: 'Backlog' }).getByRole('link', { name: 'Its history' }).click()
  await page.getByText('3 changes shown').waitFor()
  expect(problems).toEqual([])
})

it('shows at a finished job the alerts of its queue that fired while it ran', async () => {
  const { page, problems } = await open(archived, `?page=archived-job&queue=${encodeURIComponent(MAIL_KEY)}&job=j1`)
  const then = page.getByRole('region', { name: 'Alerts then' })
  await then.getByText('Backlog').waitFor()
  expect(await then.getByRole('listitem').count()).toBe(1)
  await checkLooks(page)
  expect(problems).toEqual([])
})

it('has without an archive what Redis lists, and says since when', async () => {
  const { page, problems } = await open(plain, '?page=alerts&tab=history&kept=all')
  await page.getByText('2 changes shown').waitFor()
  await page.getByText('Without an archive Zenith knows the newest changes only').waitFor()
  expect(await page.getByRole('link', { name: 'Fleet then' }).count()).toBe(0)
  await checkLooks(page)
  expect(problems).toEqual([])
})
