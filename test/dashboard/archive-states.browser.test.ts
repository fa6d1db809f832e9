import { expect, it } from 'vitest'
import { ok } from './fixture/desk-answer.js'
import { checkLooks } from './fixture/looks.js'
import { makeShopWithQueues, openShop } from './fixture/shop-pages.js'

const shop = openShop(makeShopWithQueues)

function withArchive(): void {
  shop.server.session.archive = true
}

it('says without an archive how to start one, and leads to the live jobs', async () => {
  const { page, problems } = await shop.open('?page=time-travel')
  await page.getByText('This Zenith has no archive').waitFor()
  await page.getByText('quasar zenith --archive').waitFor()
  await page.getByRole('link', { name: 'Jobs', exact: true }).click()
  await page.getByText('Here you could search every finished job').waitFor()
  await page.getByRole('link', { name: 'Search live jobs' }).click()
  await page.getByLabel('Search the jobs of all queues').waitFor()
  expect(problems).toEqual([])
})

it('counts the newest of very many, loads more, and searches live jobs when that is asked for', async () => {
  withArchive()
  const { page, problems } = await shop.open('?page=jobs&find=customer-7%40')
  await page.getByText('50 of 100,000 attempts; only the newest 100,000 were counted').waitFor()
  await page.getByRole('button', { name: 'Load more' }).click()
  await page.getByText('100 of 100,000 attempts').waitFor()
  await page.getByRole('region', { name: 'Queue', exact: true }).getByText('and 2 more').waitFor()
  await page.getByRole('button', { name: 'Search live jobs, too' }).click()
  const live = page.getByRole('region', { name: 'Live jobs' })
  await live.getByText(/^\d+ jobs found\. Searched (\d+) of \1 queues, at most 5,000 jobs of each\./).waitFor()
  await live.getByRole('link', { name: 'send-reminder' }).first().waitFor()
  await checkLooks(page)
  expect(problems).toEqual([])
})

it('has the facets behind a disclosure on a phone', async () => {
  withArchive()
  const { page } = await shop.open('?page=jobs', { viewport: { width: 390, height: 800 } })
  await page.getByText('Narrow by outcome, queue, name, service').click()
  await page.getByRole('region', { name: 'Queue', exact: true }).getByRole('button', { name: 'queue 3' }).click()
  await page.waitForURL((url) => url.searchParams.get('find') === 'queue:"queue 3"')
})

it('says what to switch on while there is no finished job, and goes on searching a large page of none', async () => {
  withArchive()
  shop.server.archive = (path) => {
    const none = { outcome: [], queueName: [], name: [], service: [] }
    if (path === 'archive/jobs') return ok({ items: [], next: null })
    if (path === 'archive/jobs/facets') return ok({ total: 0, isPartial: false, ...none })
    return path === 'archive/completeness'
      ? ok({ from: 0, to: 1, queues: [], unopened: ['shop', 'mailer'] })
      : undefined
  }
  const { page } = await shop.open('?page=jobs')
  await page.getByText('No finished jobs yet').waitFor()
  await page.getByText("archiveJobs: 'jobs'").waitFor()
  await page.getByText('could not open payloads of shop, mailer').waitFor()
  await page.getByRole('textbox', { name: 'Search finished jobs' }).fill('"two words"')
  await page.keyboard.press('Enter')
  await page.getByText('No finished job matches').waitFor()
})

it('says why the archive does not answer, and shows an empty past as unknown', async () => {
  withArchive()
  const { page } = await shop.open('?page=time-travel&span=30d&t=1700000000000')
  await page.getByText('No service reported at this time').waitFor()
  await page.getByText('Figures are those of the 6 h').waitFor()
  await page.getByText(/^No deployment, alert, exception, action or gap in/).waitFor()
  await checkLooks(page)
  const error = { code: 'archive_unavailable', message: 'The disk of the archive is full.' }
  shop.server.archive = () => ({ status: 503, body: { error } })
  await page.getByRole('link', { name: 'Jobs', exact: true }).first().click()
  await page.getByRole('alert').getByText('The disk of the archive is full.').waitFor()
})
