import type { Page } from 'playwright-core'
import { describe, expect, it, vi } from 'vitest'
import { referenceOf } from '../../src/protocol/reference.js'
import { checkLooks } from './fixture/looks.js'
import { makeJob } from './fixture/shop-jobs.js'
import { makeShopWithQueues, openShop } from './fixture/shop-pages.js'
import { makeQueue } from './fixture/shop-queues.js'

const shop = openShop(makeShopWithQueues)

async function openMail(query = '') {
  const opened = await shop.open(`?page=queues&queue=bullmq%7Cmail${query}`)
  const { page } = opened
  await page.getByRole('heading', { level: 1, name: 'mail' }).waitFor()
  const list = page.getByRole('group', { name: /jobs$/ })
  await list.waitFor()
  return {
    ...opened,
    list,
    dialog: page.getByRole('dialog'),
    ticked: () => list.locator('tbody input:checked').count(),
    row: (id: string) => list.getByRole('row').filter({ has: page.getByLabel(new RegExp(`^Tick .* ${id}$`)) }),
  }
}

const press = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key)
}

describe('a queue', () => {
  it('tells its figures and opens at its failed jobs', async () => {
    const { page, list, problems } = await openMail()
    await page.getByText('The backlog grew from 310 to 1,260 in 10 min').waitFor()
    expect(await page.locator('dl').first().textContent()).toContain('Backlog1,260Oldest waits5 min 12 sIn210/min')
    await page.getByRole('figure').filter({ hasText: 'Run time' }).waitFor()
    expect(await page.getByRole('figure').locator('figcaption').allTextContents()).toEqual(
      ['Backlog', 'In and out', 'Oldest job waits', 'Throughput', 'Failed attempts', 'Run time', 'Wait before'].map(
        (title) => expect.stringContaining(title),
      ),
    )
    await list.getByText('1–50 of 118').waitFor()
    await page.getByRole('navigation', { name: 'States' }).getByRole('link', { name: 'Delayed 31' }).click()
    await page
      .getByRole('group', { name: 'delayed jobs' })
      .getByText(/^in \d+ (s|min)$/)
      .first()
      .waitFor()
    expect(new URL(page.url()).searchParams.get('state')).toBe('delayed')
    expect(problems).toEqual([])
  })

  it('stays at the state that it was opened at', async () => {
    const { page, list } = await openMail()
    await page.getByRole('button', { name: 'Clean' }).click()
    await page.getByRole('button', { name: 'Remove up to 1,000 failed jobs older than 1 day' }).click()
    await list.getByText('No failed jobs').waitFor()
    expect(page.url()).toContain('state=failed')
  })

  it('lists page by page, from either end, with the place in the URL', async () => {
    const { page, list, row } = await openMail()
    await page.getByRole('button', { name: 'Next page' }).click()
    await list.getByText('51–100 of 118').waitFor()
    expect(page.url()).toContain('offset=50')
    await page.reload()
    await list.getByText('51–100 of 118').waitFor()
    await page.getByRole('combobox', { name: 'Order' }).selectOption('oldest')
    await row('88117').waitFor()
    expect(page.url()).not.toContain('offset')
  })

  it('searches in the state that is shown, and says how far it came', async () => {
    const { page, list } = await openMail()
    await press(page, '/')
    await page.keyboard.type('customer-11@')
    await page.getByText('1 job found in 118 of 118.').waitFor()
    expect(await list.locator('tbody tr').count()).toBe(1)
    await page.getByRole('textbox', { name: /Search failed jobs/ }).fill('send')
    await page.getByText('The search stopped there: a longer text finds fewer.').waitFor()
    expect(page.url()).toContain('find=send')
    await page.getByRole('textbox', { name: /Search failed jobs/ }).fill('nothing like it')
    await page.getByText('No matching jobs').waitFor()
  })

  it('is ticked by x, by ranges, and by Ctrl+A within the list alone', async () => {
    const { page, list, ticked } = await openMail()
    await list.getByRole('link').first().focus()
    await press(page, 'x')
    expect(await ticked()).toBe(1)
    await press(page, 'j', 'j', 'j', 'X')
    expect(await ticked()).toBe(4)
    await list
      .getByRole('checkbox')
      .nth(8)
      .click({ modifiers: ['Shift'] })
    expect(await ticked()).toBe(8)
    await list.getByText('8 selected').waitFor()
    await list.getByRole('link').first().focus()
    await press(page, 'Control+a')
    expect(await ticked()).toBe(50)
    await list.getByRole('button', { name: 'Untick' }).click()
    await page.locator('h1').click()
    await press(page, 'Control+a')
    expect(await ticked()).toBe(0)
  })

  it('is left step by step: ticks, search, queue', async () => {
    const { page, list, ticked } = await openMail('&find=send-mail')
    await list.getByRole('link').first().focus()
    await press(page, 'x')
    expect(await ticked()).toBe(1)
    await press(page, 'Escape')
    expect(await ticked()).toBe(0)
    expect(page.url()).toContain('find=send-mail')
    await press(page, 'Escape')
    await list.getByText('1–50 of 118').waitFor()
    await list.getByRole('link').first().press('Enter')
    await page.getByRole('heading', { name: 'Data' }).waitFor()
    await press(page, 'Escape')
    await list.waitFor()
    await press(page, 'Escape')
    await page.getByRole('heading', { level: 1, name: 'Queues' }).waitFor()
  })
})

describe('what is done with jobs', () => {
  it('is one by r, after a question that names it', async () => {
    const { page, list, dialog, row } = await openMail()
    await list.getByRole('link').first().focus()
    await press(page, 'r')
    await dialog.getByRole('heading', { name: 'Retry 1 failed job of mail' }).waitFor()
    expect(shop.server.desk.changes).toEqual([])
    await press(page, 'Enter')
    await page.getByText('1 job retried').waitFor()
    await row('8800').waitFor({ state: 'detached' })
    expect(shop.server.desk.changes).toEqual([
      { path: `queues/${referenceOf('bullmq|mail')}/jobs`, body: { action: 'retry', ids: ['8800'] } },
    ])
  })

  it('is nothing when the question is left', async () => {
    const { page, list, dialog } = await openMail()
    await list.getByRole('link').first().focus()
    await press(page, 'x', '#')
    await dialog.getByRole('heading', { name: 'Remove 1 failed job of mail' }).waitFor()
    // What can't be undone is not what Enter does.
    await press(page, 'Enter')
    await dialog.waitFor({ state: 'hidden' })
    expect(shop.server.desk.changes).toEqual([])
    await list.getByText('1 selected').waitFor()
  })

  it('is said of each job that it was not done with', async () => {
    const { page, list, dialog } = await openMail()
    for (const nth of [1, 2, 3]) await list.getByRole('checkbox').nth(nth).click()
    const jobs = shop.server.desk.jobs.jobs.get('bullmq|mail') ?? []
    jobs.splice(
      jobs.findIndex(({ id }) => id === '8801'),
      1,
    )
    await list.getByRole('button', { name: 'Retry', exact: true }).click()
    await dialog.getByRole('button', { name: 'Retry 3 failed jobs of mail' }).click()
    await page.getByText('2 of 3 jobs retried').waitFor()
    await page.getByText('8801: it is gone').waitFor()
  })

  it('is refused in words, and can be tried again', async () => {
    const { list, dialog, page } = await openMail()
    shop.server.desk.refuseWith = { status: 409, code: 'read_only', message: 'This Zenith changes nothing in mail.' }
    await list.getByRole('checkbox').nth(1).click()
    await list.getByRole('button', { name: 'Retry', exact: true }).click()
    await press(page, 'Enter')
    await dialog.getByText('This Zenith changes nothing in mail.').waitFor()
    shop.server.desk.refuseWith = { status: 503, code: 'queue_unavailable', message: 'Redis does not answer.' }
    await dialog.getByRole('button', { name: /^Retry 1/ }).click()
    await dialog.getByText('Redis does not answer.').waitFor()
    shop.server.desk.refuseWith = null
    await dialog.getByRole('button', { name: /^Retry 1/ }).click()
    await page.getByText('1 job retried').waitFor()
  })

  it('goes on when the server was started again and knows the page’s token no more', async () => {
    const { list, page } = await openMail()
    shop.server.session.token = 'another'
    await list.getByRole('checkbox').nth(1).click()
    await list.getByRole('button', { name: 'Retry', exact: true }).click()
    await press(page, 'Enter')
    await page.getByText('1 job retried').waitFor()
  })
})

describe('what is done with all that match', () => {
  async function selectAll() {
    const opened = await openMail()
    await opened.list.getByRole('checkbox').first().click()
    await opened.list.getByRole('button', { name: 'Select all 118 matching jobs' }).click()
    await opened.list.getByText('All 118').waitFor()
    await opened.list.getByRole('button', { name: 'Retry', exact: true }).click()
    return opened
  }

  it('is counted first, confirmed by its name, and tells what became of each job', async () => {
    const { page, dialog, ticked } = await selectAll()
    await dialog.getByText('118 jobs of those present at').waitFor()
    await dialog.getByText('it is being run again already').waitFor()
    expect(shop.server.desk.changes).toMatchObject([
      {
        path: 'bulk',
        body: { action: 'retry', selection: { queues: ['bullmq|mail'], state: 'failed', ids: null, text: null } },
      },
    ])
    await checkLooks(page)
    await dialog.getByRole('button', { name: 'Retry 118 failed jobs of mail' }).click()
    await dialog.getByText('116 of 118 jobs retried').waitFor()
    await dialog
      .getByRole('list', { name: 'Results of each job' })
      .getByText('somebody else had retried it')
      .first()
      .waitFor()
    await dialog.getByRole('button', { name: 'Done 116' }).click()
    await vi.waitFor(async () =>
      expect(await dialog.getByRole('list', { name: 'Results of each job' }).locator('li').count()).toBe(100),
    )
    await dialog.getByRole('button', { name: 'Close' }).click()
    expect(await ticked()).toBe(0)
  })

  it('is cancelled where it is, and found under Activity', async () => {
    shop.server.desk.bulk.step = 3
    const { page, dialog } = await selectAll()
    await dialog.getByRole('button', { name: 'Retry 118 failed jobs of mail' }).click()
    await dialog.getByRole('progressbar').waitFor()
    await dialog.getByText('it continues, and you find it under').waitFor()
    await dialog.getByRole('button', { name: 'Cancel the rest' }).click()
    await dialog.getByText(/^Cancelled: \d+ of 118 jobs retried/).waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await press(page, 'g', 'a')
    await page.getByRole('button', { name: /Retry failed jobs of mail.*cancelled/i }).click()
    await page.getByText('118 jobs of 120 jobs checked').waitFor()
  })

  it('is dropped when nobody says yes', async () => {
    const { dialog, page } = await selectAll()
    await dialog.getByRole('button', { name: 'Retry 118 failed jobs of mail' }).waitFor()
    await press(page, 'Escape')
    await vi.waitFor(() => expect(shop.server.desk.bulk.operations[0]?.phase).toBe('cancelled'))
    expect(shop.server.desk.changes.map(({ path }) => path)).toEqual(['bulk', 'bulk/bulk-1/cancel'])
  })
})

describe('what is done with the queue', () => {
  it('is paused and resumed', async () => {
    const { page, dialog } = await openMail()
    await page.getByRole('button', { name: 'Pause' }).click()
    await dialog.getByRole('button', { name: 'Pause mail' }).click()
    await page.getByText('mail is paused').waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await dialog.getByRole('button', { name: 'Resume mail' }).click()
    await page.getByText('mail is resumed').waitFor()
  })

  it('is given a job, when its data is JSON', async () => {
    const { page, dialog } = await openMail()
    await page.getByRole('button', { name: 'Add job' }).click()
    await dialog.getByLabel('Name').fill('send-mail')
    await dialog.getByLabel('Data').fill("{ to: 'ada' }")
    await dialog.getByRole('button', { name: 'Add to mail' }).click()
    await dialog.getByText('Invalid JSON').waitFor()
    await dialog.getByLabel('Data').fill('{"to":"ada"}')
    await dialog.getByLabel('Delay').fill('1.5')
    await checkLooks(page)
    await dialog.getByRole('button', { name: 'Add to mail' }).click()
    await page.getByText('Added to mail as').waitFor()
    expect(shop.server.desk.changes).toMatchObject([
      {
        path: `queues/${referenceOf('bullmq|mail')}/actions`,
        body: {
          action: 'add',
          job: { name: 'send-mail', data: '{"to":"ada"}', delay: 1_500, priority: null, attempts: null },
        },
      },
    ])
  })

  it('is cleaned and emptied by buttons that say how many', async () => {
    const { page, dialog } = await openMail()
    await page.getByRole('button', { name: 'Clean' }).click()
    await dialog.getByLabel('Age').selectOption({ label: 'older than 7 days' })
    await dialog.getByLabel('At most').fill('50')
    await dialog.getByRole('button', { name: 'Remove up to 50 failed jobs older than 7 days' }).click()
    await page.getByText('118 jobs removed from mail').waitFor()
    await page.getByRole('button', { name: 'Empty' }).click()
    await dialog.getByRole('button', { name: 'Remove 1,291 jobs waiting in mail' }).click()
    await page.getByText(/jobs removed from mail/).waitFor()
  })
})

describe('who looks', () => {
  it('is shown nothing that the role may not', async () => {
    shop.server.session.role = 'viewer'
    const { page, list } = await openMail()
    expect(await list.getByRole('checkbox').count()).toBe(0)
    for (const name of ['Pause', 'Add job', 'Clean', 'Empty'])
      expect(await page.getByRole('button', { name }).count(), name).toBe(0)
    shop.server.session.role = 'operator'
    await page.reload()
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    expect(await page.getByRole('button', { name: 'Clean' }).count()).toBe(0)
    await list.getByRole('button', { name: 'Retry send-mail 8800' }).waitFor()
    expect(await list.getByRole('button', { name: /^Remove/ }).count()).toBe(0)
  })

  it('is shown nothing that the queue’s system can’t do, or that is read only', async () => {
    const { page } = await shop.open('?page=queues&queue=gravito-stream%7Cemails')
    await page
      .getByRole('group', { name: 'failed jobs' })
      .getByRole('button', { name: /^Retry/ })
      .first()
      .waitFor()
    expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0)
    await page.goto(`${shop.server.url}?page=queues&queue=bullmq%7Creports%2Fhourly&state=completed`)
    await page.getByText('read only').waitFor()
    await page.getByRole('group', { name: 'completed jobs' }).waitFor()
    expect(await page.getByRole('checkbox').count()).toBe(0)
  })

  it('is told why there are no jobs of a queue that is only reported, and of one that is gone', async () => {
    const { page } = await shop.open('?page=queues&queue=sqs%7Cclickstream')
    await page.getByText('Zenith only has this queue’s figures').waitFor()
    await checkLooks(page)
    await page.goto(`${shop.server.url}?page=queues&queue=nowhere`)
    await page.getByText('Zenith knows no queue of this name').waitFor()
  })
})

it('looks right in both themes at every width, whatever the jobs are called', async () => {
  const evil = '</td><script>alert(1)</script>'.repeat(8)
  const key = 'bullmq|odd'
  shop.server.overview = { ...shop.server.overview, queues: [makeQueue('odd', { key })] }
  shop.server.desk.jobs.jobs.set(key, [
    makeJob(1, 'failed', { id: `a/b?c#d ${evil}`, name: evil, error: evil }),
    makeJob(2, 'failed', { id: 'größe/☃', name: '', finishedAt: 1e300, attempts: null }),
  ])
  const { page, problems } = await shop.open(`?page=queues&queue=${encodeURIComponent(key)}&state=failed`)
  const list = page.getByRole('group', { name: 'failed jobs' })
  await list.getByText('1–2 of 2').waitFor()
  await checkLooks(page)
  await list.getByRole('checkbox').first().click()
  await checkLooks(page)
  await list.getByRole('link').first().click()
  await page.getByRole('heading', { name: 'Data' }).waitFor()
  await checkLooks(page)
  await page.goto(
    `${shop.server.url}?page=queues&queue=${encodeURIComponent(key)}&job=${encodeURIComponent('größe/☃')}`,
  )
  await page.getByRole('heading', { level: 1, name: 'Unnamed job' }).waitFor()
  expect(problems).toEqual([])
})
