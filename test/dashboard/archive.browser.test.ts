import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { sqliteDriver } from '../../src/archive/sqlite/driver.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import type { Zenith } from '../../src/zenith/index.js'
import { archiveDir } from '../support/archive-files.js'
import { launchBrowser } from '../support/browser.js'
import { attempt, figuresAt, MAIL_KEY, put, recordsAt } from '../support/filled-archive.js'
import { inlineArchive } from '../support/inline-archive.js'
import { assets } from './fixture/assets.js'
import { checkLooks } from './fixture/looks.js'
import { openPage } from './fixture/open-page.js'

const MINUTE = 60_000
const AT = Math.floor((Date.now() - 120 * MINUTE) / MINUTE) * MINUTE + 30_000
const PAYLOAD = { kind: 'text', text: JSON.stringify({ email: 'user@example.com', password: 'hunter2' }) } as const

let browser: Browser
let zenith: Zenith
let server: Server
let role: 'admin' | 'viewer' = 'admin'

beforeAll(async () => {
  await assets()
  // Only now: the server's module takes the built page in.
  const { createZenith, toNodeHandler } = await import('../../src/runtime/create-zenith.js')
  const archive = inlineArchive(sqliteDriver({ dir: archiveDir() }))
  await archive.open()
  await put(archive, {
    figures: figuresAt(AT, 80),
    records: recordsAt(AT),
    jobs: [
      attempt('j1', AT - 4_000, { outcome: 'retried', error: 'No route to mail', runMs: 900, payload: PAYLOAD }),
      attempt('j1', AT, { attempt: 2, payload: PAYLOAD }),
      ...Array.from({ length: 60 }, (_, index) => attempt(`k${index}`, AT - 10_000 - index)),
      attempt('w1', AT - 20_000, {
        queue: 'pdf1',
        queueName: 'pdf',
        name: 'MakePdf',
        service: null,
        outcome: 'failed',
      }),
    ],
  })
  zenith = createZenith({ store: memoryStore(), auth: () => role, archive, interval: 500, logger: false })
  const handler = toNodeHandler(zenith)
  server = createServer((request, response) => void handler(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
  await zenith?.close()
  server?.closeAllConnections()
  server?.close()
})

async function open(query: string): Promise<{ page: Page; problems: string[] }> {
  const { page, problems, close } = await openPage(
    browser,
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/${query}`,
  )
  onTestFinished(close)
  return { page, problems }
}

const rows = (page: Page) => page.getByRole('group', { name: 'Finished jobs', exact: true }).locator('tbody [data-row]')

it('finds a finished job by a word of its payload, narrows by facets, and shows its life', async () => {
  const { page, problems } = await open('')
  await page.getByRole('heading', { name: 'No server reports yet' }).waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('j')
  await page.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor()
  await page.getByText('50 of 63 attempts').waitFor()
  await page.getByRole('button', { name: 'Load more' }).click()
  await page.getByText('63 of 63 attempts').waitFor()

  await page.keyboard.press('/')
  await page.keyboard.type('user@example.com')
  await page.keyboard.press('Enter')
  await page.getByText('2 of 2 attempts').waitFor()
  await page.getByRole('region', { name: 'Outcome' }).getByRole('button', { name: 'retried' }).click()
  await page.getByText('1 of 1 attempt', { exact: true }).waitFor()
  expect(new URL(page.url()).searchParams.get('find')).toBe('user@example.com state:retried')
  await page.getByRole('button', { name: /^state retried/ }).click()
  await page.getByText('2 of 2 attempts').waitFor()

  const csv = await page.getByRole('link', { name: 'CSV' }).getAttribute('href')
  const answer = await page.request.get(new URL(csv ?? '', page.url()).href)
  expect((await answer.text()).split('\r\n')).toHaveLength(4)

  await rows(page).first().click()
  await page.getByRole('heading', { name: 'SendConfirmation', level: 1 }).waitFor()
  const attempts = page.getByRole('list', { name: 'Attempts' }).getByRole('listitem')
  expect(await attempts.count()).toBe(2)
  await attempts.first().getByText('No route to mail').waitFor()
  await page.getByRole('group', { name: 'Payload' }).getByText('"user@example.com"').waitFor()
  expect(await page.content()).not.toContain('hunter2')
  await page.getByRole('region', { name: 'Who acted on it' }).getByText('ada').waitFor()
  await checkLooks(page)
  await page.keyboard.press('Escape')
  await page.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor()
  expect(problems).toEqual([])
})

it('says which part of a search is wrong, suggests values, and how complete the archive is', async () => {
  const { page } = await open('?page=jobs')
  const field = page.getByRole('textbox', { name: 'Search finished jobs' })
  await field.fill('state:nope queue:mail')
  await field.press('Enter')
  const alert = page.getByRole('alert')
  await alert.getByText('state:nope', { exact: true }).waitFor()
  await alert.getByText('accepts completed, failed or retried').waitFor()
  await field.fill('queue:')
  await page.getByRole('group', { name: 'Suggestions for queue' }).getByRole('button', { name: 'pdf' }).click()
  await page.getByText('1 of 1 attempt', { exact: true }).waitFor()
  await field.fill('queue:mail nothinghasthis')
  await field.press('Enter')
  await page.getByText('No finished job matches').waitFor()
  await page.getByText('Of 1 queue not all attempts').click()
  await page.getByText('mail of shop: 62 of 80 attempts archived (77 %)').waitFor()
  await page.getByText("archiveJobs: 'jobs'").waitFor()
  await page.getByRole('button', { name: 'Remove this filter' }).first().click()
  await checkLooks(page)
})

it('lets nobody search payloads who may not see them', async () => {
  role = 'viewer'
  onTestFinished(() => {
    role = 'admin'
  })
  const { page } = await open('?page=jobs&find=user%40example.com')
  await page.getByText('Looks into payloads, which your role can’t see.').waitFor()
  await page.getByRole('button', { name: 'Remove this filter' }).click()
  await page.getByText('50 of 63 attempts').waitFor()
  await page.goto(`${new URL(page.url()).origin}/?page=archived-job&queue=${encodeURIComponent(MAIL_KEY)}&job=j1`)
  await page.getByText('Your role can’t see payloads').waitFor()
  await page.goto(`${new URL(page.url()).origin}/?page=archived-job&queue=x&job=none`)
  await page.getByText('The archive has no such job').waitFor()
})

it('travels through time: by events, by keys, by a span, with the time in the URL', async () => {
  const { page, problems } = await open('?page=time-travel')
  const slider = page.getByRole('slider', { name: 'Moment' })
  await page.getByRole('button', { name: 'Event before' }).click()
  await page.waitForURL(/[?&]t=\d+/)
  const services = page.getByRole('group', { name: 'Services', exact: true })
  await services.getByRole('link', { name: 'shop' }).waitFor()
  await page.getByRole('region', { name: 'Queues' }).getByRole('rowheader', { name: 'mail' }).waitFor()
  await page.getByRole('region', { name: 'Actions' }).getByText('retry').waitFor()
  await page.getByRole('region', { name: 'Exceptions' }).getByText('No route to mail').waitFor()
  await page.getByText('Deployments: 1 deployment').waitFor()
  await checkLooks(page)

  const before = Number(new URL(page.url()).searchParams.get('t'))
  await slider.focus()
  await page.keyboard.press('ArrowLeft')
  await page.waitForURL((url) => url.searchParams.get('t') === String(before - 5 * MINUTE))
  await page.goto(`${new URL(page.url()).origin}/?page=time-travel&t=${AT - 1_000}&span=1h`)
  await page.getByRole('region', { name: 'Jobs that ran' }).getByRole('link', { name: 'SendConfirmation' }).waitFor()
  await page.getByRole('navigation', { name: '10 min around this time' }).getByRole('link', { name: 'Jobs' }).click()
  await page.getByText('50 of 63 attempts').waitFor()
  const { searchParams } = new URL(page.url())
  expect(Number(searchParams.get('from'))).toBe(AT - 1_000 - 5 * MINUTE)
  expect(problems).toEqual([])
})
