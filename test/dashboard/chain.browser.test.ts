import { expect, it } from 'vitest'
import { makeException, makeSlow } from './fixture/fleet.js'
import { checkLooks } from './fixture/looks.js'
import { makeShopWithQueues, openShop } from './fixture/shop-pages.js'

const shop = openShop(makeShopWithQueues)
const TRACE = '0af7651916cd43dd8448eb211c80319c'
const BUILD = { kind: 'job', name: 'build-invoice', service: 'mailer', requestId: null, status: 'completed' } as const

it('leads from a slow request to its jobs, and from a failed job to its request', async () => {
  const { overview, desk } = shop.server
  const mail = desk.jobs.jobs.get('bullmq|mail') ?? []
  const [job] = mail
  if (!job) throw new Error('The queue has no job')
  mail[0] = { ...job, options: { telemetry: { metadata: JSON.stringify({ quasarTraceId: TRACE }) } } }
  const now = Date.now()
  shop.server.overview = {
    ...overview,
    slow: [
      makeSlow(
        { ...BUILD, traceId: TRACE, ts: now - 3_000 },
        { queue: 'mail', jobId: job.id, method: null, url: null },
      ),
      makeSlow({ traceId: TRACE, ts: now - 4_000 }),
      makeSlow({ name: 'GET /other', traceId: 'f'.repeat(32), ts: now - 5_000 }),
    ],
    exceptions: [
      makeException({
        ...{ kind: 'job', name: 'MailboxError', route: 'send', queue: 'mail', service: 'mailer' },
        ...{ fingerprint: 'fp-mailbox', traceId: TRACE, ts: now - 1_000 },
      }),
    ],
  }
  const { page, problems } = await shop.open('?page=slow')
  const open = (text: string) => page.locator('main li').filter({ hasText: text }).locator('summary').first().click()
  const jobs = page.getByRole('group', { name: 'Jobs of this request' })
  const request = page.getByRole('group', { name: 'Request', exact: true })
  await open('POST /orders')
  await jobs.getByText('MailboxError').waitFor()
  expect(await jobs.getByRole('listitem').count()).toBe(2)
  expect(await request.count()).toBe(0)
  await checkLooks(page)

  // To the failed job's exception, and from there back to the request.
  await jobs.getByRole('link', { name: 'send' }).click()
  await page.getByRole('heading', { level: 1, name: 'Exceptions' }).waitFor()
  await page.getByRole('button', { name: /Trace/ }).waitFor()
  await request.getByRole('link', { name: 'POST /orders' }).click()
  await page.getByRole('heading', { level: 1, name: 'Slow requests and jobs' }).waitFor()
  await page.locator('summary').getByText('POST /orders').waitFor()
  expect(await page.locator('main summary[data-row]').count()).toBe(1)

  // From the slow job to the job's own page, which leads to the request, too.
  await page.goto(`${shop.server.url}?page=slow&kept=all&trace=${TRACE}`)
  await open('POST /orders')
  await jobs.getByRole('link', { name: `job ${job.id}` }).click()
  await page.getByRole('heading', { level: 2, name: 'Trace' }).waitFor()
  await request.getByRole('link', { name: 'POST /orders' }).waitFor()
  await page.getByText(TRACE, { exact: true }).waitFor()
  await checkLooks(page)
  expect(problems).toEqual([])
})
