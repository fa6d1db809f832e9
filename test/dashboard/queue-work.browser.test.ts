import { describe, expect, it, vi } from 'vitest'
import { checkLooks } from './fixture/looks.js'
import { makeScheduler, shown } from './fixture/shop-jobs.js'
import { makeShopWithQueues, openShop } from './fixture/shop-pages.js'

const shop = openShop(makeShopWithQueues)

describe('schedulers', () => {
  async function openSchedulers() {
    const opened = await shop.open('?page=schedulers')
    const { page } = opened
    const table = page.getByRole('group', { name: 'Schedulers' })
    await table.waitFor()
    return {
      ...opened,
      table,
      dialog: page.getByRole('dialog'),
      row: (id: string) => table.getByRole('row').filter({ has: page.getByRole('button', { name: id, exact: true }) }),
    }
  }

  it('tell their cron in plain words, and what is odd about them', async () => {
    const { page, row, problems } = await openSchedulers()
    await row('newsletter').getByText('At 06:00, Monday through Friday').waitFor()
    await row('newsletter').getByText('0 6 * * 1-5 · Europe/Berlin').waitFor()
    await row('reminders').getByText('Every 15 min').waitFor()
    await row('nightly-report').getByText('2 h ago by ada').waitFor()
    await row('thumbnails-sweep').getByText('Paused here, but an app has registered it again').waitFor()
    await row('__old__::::0 0 * * *')
      .getByText(/^Legacy/)
      .waitFor()
    await row('orphan-sync')
      .getByText(/^Orphan/)
      .waitFor()
    expect(await row('orphan-sync').getByRole('button').count()).toBe(2)
    await checkLooks(page)
    expect(problems).toEqual([])
  })

  it('are run, paused and resumed', async () => {
    const { page, row, dialog } = await openSchedulers()
    await row('newsletter').getByRole('button', { name: 'Run now: newsletter' }).click()
    await dialog.getByRole('button', { name: 'Run newsletter now' }).click()
    await page.getByText('It created job').waitFor()
    await row('newsletter').getByRole('button', { name: 'Pause: newsletter' }).click()
    await dialog.getByRole('button', { name: 'Pause newsletter' }).click()
    await row('newsletter').getByText('paused', { exact: true }).waitFor()
    await row('newsletter').getByRole('button', { name: 'Resume: newsletter' }).click()
    await dialog.getByRole('button', { name: 'Resume newsletter' }).click()
    await page.getByText('newsletter creates jobs again').waitFor()
    expect(shop.server.desk.changes.map(({ body }) => body)).toEqual(
      ['run', 'pause', 'resume'].map((action) => ({ queue: 'bullmq|mail', action, id: 'newsletter' })),
    )
  })

  it('are created, edited and removed', async () => {
    const { page, row, dialog } = await openSchedulers()
    await page.getByRole('button', { name: 'New scheduler' }).click()
    await dialog.getByLabel('Id').fill('weekly')
    await dialog.getByLabel('Job name').fill('digest')
    await dialog.getByLabel('Cron').fill('0 9 * * MON')
    await dialog.getByText('At 09:00, only on Monday').waitFor()
    await checkLooks(page)
    await dialog.getByRole('button', { name: 'Create scheduler' }).click()
    await row('weekly').waitFor()
    await row('newsletter').getByRole('button', { name: 'Edit: newsletter' }).click()
    await dialog.getByLabel('Repeats').selectOption('every')
    await dialog.getByLabel('Every').fill('90')
    await dialog.getByRole('button', { name: 'Save newsletter' }).click()
    await row('newsletter').getByText('Every 1 min 30 s').waitFor()
    await row('weekly').getByRole('button', { name: 'Remove: weekly' }).click()
    await dialog.getByRole('button', { name: 'Remove weekly from mail' }).click()
    await row('weekly').waitFor({ state: 'detached' })
    expect(shop.server.desk.changes.map(({ body }) => body)).toMatchObject([
      { action: 'save', id: 'weekly', definition: { name: 'digest', cron: '0 9 * * MON', every: null, data: '{}' } },
      { action: 'save', id: 'newsletter', definition: { cron: null, every: 90_000, timezone: null } },
      { action: 'remove', id: 'weekly' },
    ])
    expect(shop.server.desk.changes[0]?.body.definition).not.toHaveProperty('id')
  })

  it('keep what was masked when they are edited', async () => {
    shop.server.desk.schedulers = [makeScheduler('sync', { data: shown('{"token":"***"}') })]
    const { row, dialog, page } = await openSchedulers()
    await row('sync').getByRole('button', { name: 'Edit: sync' }).click()
    await dialog.getByText('leave this empty to keep it').waitFor()
    await dialog.getByRole('button', { name: 'Save sync' }).click()
    await page.getByText('sync is saved').waitFor()
    expect(shop.server.desk.changes[0]?.body.definition).toMatchObject({ data: null, options: null })
  })

  it('keep their payload as it is stored, or as it is written', async () => {
    shop.server.desk.schedulers = [makeScheduler('sync', { data: shown('{"2":1.0,"1":9007199254740993}') })]
    const { row, dialog, page } = await openSchedulers()
    const save = async () => {
      await dialog.getByRole('button', { name: 'Save sync' }).click()
      await page.getByText('sync is saved').first().waitFor()
    }
    await row('sync').getByRole('button', { name: 'Edit: sync' }).click()
    expect(await dialog.getByLabel('Data').inputValue()).toBe('{\n  "2": 1.0,\n  "1": 9007199254740993\n}')
    await save()
    await row('sync').getByRole('button', { name: 'Edit: sync' }).click()
    await dialog.getByLabel('Data').fill('{"2":1.0,"1":1e400}')
    await save()
    await vi.waitFor(() => expect(shop.server.desk.changes.length).toBe(2))
    expect(shop.server.desk.changes.map(({ body }) => body.definition)).toMatchObject([
      { data: null, options: null },
      { data: '{"2":1.0,"1":1e400}', options: null },
    ])
  })

  it('are only looked at by a viewer', async () => {
    shop.server.session.role = 'viewer'
    const { page, row, dialog } = await openSchedulers()
    expect(await row('newsletter').getByRole('button').count()).toBe(1)
    expect(await page.getByRole('button', { name: 'New scheduler' }).count()).toBe(0)
    await row('newsletter').getByRole('button').click()
    await dialog.getByText('"list": "weekly"').waitFor()
    expect(await dialog.getByRole('button').allTextContents()).toEqual(['Close'])
  })

  it('say what to do where there are none', async () => {
    shop.server.desk.schedulers = []
    const { page } = await shop.open('?page=schedulers')
    await page.getByText('No schedulers').waitFor()
    await checkLooks(page)
  })
})

describe('failures', () => {
  it('tell how often lately and in which queues, and are all tried again', async () => {
    const { page, problems } = await shop.open()
    await page.getByRole('heading', { level: 1, name: 'Pulse' }).waitFor()
    // A busy machine may take longer between two keys than the page waits for the second.
    await vi.waitFor(async () => {
      for (const key of ['g', 'f']) await page.keyboard.press(key)
      await page.getByRole('heading', { level: 1, name: 'Failures' }).waitFor({ timeout: 3_000 })
    }, 60_000)
    const first = page.getByRole('listitem').filter({ hasText: '# # The email account' }).first()
    expect(await first.locator('summary dl').textContent()).toBe('1 h4124 h967 d99')
    await page.getByText('Zenith counted only the newest failures of mail (10k of 12.4k).').waitFor()
    await page.getByText('Zenith could not read 1 queue').click()
    await page.getByText('thumbnails: connect ECONNREFUSED').waitFor()
    await first.locator('summary').click()
    await checkLooks(page)
    await first.getByRole('button', { name: 'Retry this group' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Retry 99 failed jobs of 2 queues' }).click()
    await dialog.getByText(/of 99 jobs retried/).waitFor()
    expect(shop.server.desk.changes[0]?.body).toEqual({
      action: 'retry',
      selection: {
        queues: ['bullmq|mail', 'gravito-stream|emails'],
        state: 'failed',
        ids: null,
        name: 'send-mail',
        fingerprint: shop.server.desk.failures.groups[0]?.fingerprint,
        text: null,
      },
    })
    await dialog.getByRole('button', { name: 'Close' }).click()
    await first.getByRole('link', { name: 'emails' }).click()
    await page.getByRole('heading', { level: 1, name: 'emails' }).waitFor()
    expect(problems).toEqual([])
  })

  it('are not retried by a viewer, and may be none', async () => {
    shop.server.session.role = 'viewer'
    const { page } = await shop.open('?page=failures')
    await page.locator('summary[data-row]').first().click()
    await page.getByRole('link', { name: 'Open the newest' }).waitFor()
    expect(await page.getByRole('button', { name: 'Retry this group' }).count()).toBe(0)
    shop.server.desk.failures = { groups: [], partial: [], failed: [] }
    await page.reload()
    await page.getByText('No failed jobs').waitFor()
  })
})

describe('activity', () => {
  it('shows what runs with its progress, and cancels it', async () => {
    const { bulk } = shop.server.desk
    bulk.step = 5
    const selection = {
      queues: ['bullmq|mail'],
      state: 'failed',
      ids: null,
      name: null,
      fingerprint: null,
      text: null,
    } as const
    const { id } = bulk.plan('retry', selection, 118)
    bulk.start(id)
    const { page, problems } = await shop.open(`?page=activity&bulk=${id}`)
    await page.getByText('1 running').waitFor()
    await page.getByRole('button', { name: 'Cancel the rest' }).click()
    await vi.waitFor(() => expect(bulk.operations[0]?.phase).toBe('cancelled'))
    await page.getByText(/^Cancelled: \d+ of 118 jobs retried/).waitFor()
    await page.keyboard.press('Escape')
    await vi.waitFor(() => expect(page.url()).not.toContain('bulk='))
    expect(problems).toEqual([])
  })

  it('has each action in the audit trail, with who did it and what came of it', async () => {
    const { page } = await shop.open('?page=queues&queue=bullmq%7Cmail')
    await page.getByRole('button', { name: 'Retry send-mail 8800' }).click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Retry/ })
      .click()
    await page.getByText('1 job retried').waitFor()
    for (const key of ['g', 'a']) await page.keyboard.press(key)
    const trail = page.getByRole('region', { name: 'Audit trail' })
    const line = trail.getByRole('listitem').filter({ hasText: '8800' })
    expect(await line.textContent()).toMatch(/^retrymail8800ada · admindone · 1 done/)
    await checkLooks(page)
    await page.getByLabel(/^Filter/).fill('nobody did that')
    await trail.getByText('Nothing matches the filter').waitFor()
  })

  it('reads older lines when asked', async () => {
    shop.server.desk.audit.push(
      ...Array.from({ length: 130 }, (_, index) => ({
        id: String(index),
        operation: `o${index}`,
        step: 'result' as const,
        at: Date.now() - index * 1_000,
        user: null,
        role: 'admin',
        action: 'pause',
        queue: null,
        queueName: null,
        target: `queue-${index}`,
        ok: index % 2 === 0,
        detail: null,
      })),
    )
    const { page } = await shop.open('?page=activity')
    await page.getByText('queue-99', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Show older' }).click()
    await page.getByText('queue-129', { exact: true }).waitFor()
    expect(await page.getByRole('button', { name: 'Show older' }).count()).toBe(0)
  })

  it('says what appears there where nothing was done', async () => {
    const { page } = await shop.open('?page=activity')
    await page.getByText('No bulk operation yet').waitFor()
    await page.getByText('No changes yet').waitFor()
    await checkLooks(page)
  })
})
