import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { BulkOperation } from '../../src/api/bulk.js'
import { checkLooks } from './fixture/looks.js'
import { makeShopWithQueues, openShop } from './fixture/shop-pages.js'

const HOUR = 3_600_000
const shop = openShop(makeShopWithQueues)
const bodies = () => shop.server.desk.changes.map(({ body }) => body)
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true })

describe('in production', () => {
  beforeEach(() => {
    Object.assign(shop.server.session, { environment: 'production' })
  })

  async function openMail() {
    const opened = await shop.open('?page=queues&queue=bullmq%7Cmail&state=failed')
    const { page } = opened
    await page.getByRole('group', { name: 'failed jobs' }).waitFor()
    const dialog = page.getByRole('dialog')
    return { ...opened, dialog, field: dialog.getByLabel('Type the queue’s name: mail') }
  }

  it('the header says so, and fits into one row', async () => {
    const user = { user: 'ada', account: true, people: true, canLogOut: true }
    Object.assign(shop.server.session, { ...user, readOnly: true })
    const { page } = await shop.open()
    const chip = page.getByRole('banner').getByTitle('Environment: production')
    await chip.waitFor()
    await page.getByRole('link', { name: 'People' }).waitFor()
    for (const width of [1280, 1366, 1440, 1920]) {
      await page.setViewportSize({ width, height: 800 })
      const heights = await page.getByRole('banner').evaluate((header) => header.getBoundingClientRect().height)
      expect([width, heights < 70]).toEqual([width, true])
      expect(await chip.isVisible()).toBe(true)
    }
    await checkLooks(page)
  })

  it('emptying a queue takes its name', async () => {
    const { page, dialog, field } = await openMail()
    await button(page, 'Empty').click()
    const confirm = dialog.getByRole('button', { name: 'Remove 1,291 jobs waiting in mail' })
    expect(await confirm.isDisabled()).toBe(true)
    for (const text of ['mai', 'Mail', 'mail ']) {
      await field.fill(text)
      expect([text, await confirm.isDisabled()]).toEqual([text, true])
    }
    await checkLooks(page)
    await field.fill('mail')
    await confirm.click()
    await page.getByText('removed from mail').waitFor()
    expect(bodies()).toEqual([{ action: 'empty', confirm: 'mail' }])
  })

  it('cleaning it takes its name, and Enter does nothing without it', async () => {
    const { page, dialog, field } = await openMail()
    await button(page, 'Clean').click()
    await field.press('Enter')
    await field.fill('mail')
    await field.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    expect(bodies()).toEqual([
      { action: 'clean', state: 'failed', olderThanMs: 24 * HOUR, limit: 1_000, confirm: 'mail' },
    ])
  })

  it('removing two jobs takes it, and removing one does not', async () => {
    const { page, dialog, field } = await openMail()
    const boxes = page.getByRole('group', { name: 'failed jobs' }).getByRole('checkbox')
    await boxes.nth(1).check()
    await page.locator('[data-bar]').getByRole('button', { name: 'Remove' }).click()
    expect(await field.count()).toBe(0)
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await boxes.nth(2).check()
    await page.locator('[data-bar]').getByRole('button', { name: 'Remove' }).click()
    await field.fill('mail')
    await dialog.getByRole('button', { name: /^Remove 2 failed jobs/ }).click()
    await page.getByText('2 jobs removed').waitFor()
    expect(bodies()).toMatchObject([{ action: 'remove', confirm: 'mail' }])
  })

  it('a bulk removal takes it, and a bulk retry does not', async () => {
    const { page, dialog, field } = await openMail()
    await page.getByLabel('Select all shown').check()
    await button(page, /^Select all/).click()
    await page.locator('[data-bar]').getByRole('button', { name: 'Remove' }).click()
    const start = dialog.getByRole('button', { name: /^Remove \d+ failed jobs of mail/ })
    await start.waitFor()
    expect(await start.isDisabled()).toBe(true)
    await checkLooks(page)
    await field.fill('mail')
    await start.click()
    await vi.waitFor(() => expect(bodies()).toContainEqual({ confirm: 'mail' }))
    await dialog
      .getByText(/removed/)
      .first()
      .waitFor()
  })

  it('going on with a removal over several queues takes the number of jobs', async () => {
    shop.server.desk.bulk.operations.unshift(interrupted())
    const { page } = await shop.open('?page=activity&bulk=stopped')
    const goOn = button(page, 'Continue with the rest')
    await goOn.waitFor()
    expect(await goOn.isDisabled()).toBe(true)
    await page.getByLabel('Type what it does: remove 120 jobs').fill('remove 120 jobs')
    await checkLooks(page)
    await goOn.click()
    await vi.waitFor(() => expect(bodies()).toEqual([{ confirm: 'remove 120 jobs' }]))
  })
})

it('elsewhere nothing is to be typed, and the environment is shown', async () => {
  Object.assign(shop.server.session, { environment: 'staging' })
  const { page } = await shop.open('?page=queues&queue=bullmq%7Cmail&state=failed')
  await page.getByRole('banner').getByTitle('Environment: staging').waitFor()
  await button(page, 'Empty').click()
  expect(await page.getByRole('dialog').getByRole('textbox').count()).toBe(0)
  await page.getByRole('button', { name: 'Remove 1,291 jobs waiting in mail' }).click()
  await page.getByText('removed from mail').waitFor()
  expect(bodies()).toEqual([{ action: 'empty' }])
})

it('a read-only cluster says so, and offers no change of the apps', async () => {
  Object.assign(shop.server.session, { environment: 'production', readOnly: true })
  const { page } = await shop.open('?page=queues&queue=bullmq%7Cmail&state=failed')
  await page.getByRole('banner').getByText('read only').waitFor()
  await page.getByRole('group', { name: 'failed jobs' }).waitFor()
  for (const name of ['Pause', 'Add job', 'Clean', 'Empty']) expect(await button(page, name).count()).toBe(0)
  expect(await button(page, /^(Retry|Remove)/).count()).toBe(0)
  await checkLooks(page)
})

describe('a freeze', () => {
  const freeze = (more: object = {}) => {
    const now = Date.now()
    return { from: now - HOUR, until: now + HOUR, reason: 'year-end sale', by: 'bob', at: now - HOUR, ...more }
  }
  const banner = (page: Page) =>
    page
      .getByRole('main')
      .getByRole('status')
      .filter({ hasText: /frozen|freeze/ })

  it('is set on Activity, shown on every page, changed and lifted', async () => {
    const { page, problems } = await shop.open('?page=activity')
    const dialog = page.getByRole('dialog')
    await button(page, 'Freeze changes').click()
    await dialog.getByLabel('Reason').fill('year-end sale')
    await checkLooks(page)
    await dialog.getByRole('button', { name: 'Freeze changes' }).click()
    await banner(page).getByText('by ada: Year-end sale').or(banner(page).getByText('by ada: year-end sale')).waitFor()
    await dialog.waitFor({ state: 'detached' })
    expect(await button(page, 'Freeze changes').count()).toBe(0)
    await page.getByRole('link', { name: 'Queues' }).click()
    await banner(page).waitFor()
    await button(page, 'Change').click()
    await dialog.getByLabel('Reason').fill('longer')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await banner(page)
      .getByText(/longer/i)
      .waitFor()
    await checkLooks(page)
    await button(page, 'Lift').click()
    await dialog.getByRole('button', { name: 'Lift the change freeze' }).click()
    await banner(page).waitFor({ state: 'detached' })
    expect(problems).toEqual([])
  })

  it('of another user reaches an open page, and turns the actions off', async () => {
    const { page } = await shop.open('?page=queues&queue=bullmq%7Cmail&state=failed')
    await button(page, 'Empty').waitFor()
    shop.server.freeze = { freeze: freeze(), active: true, untrusted: false }
    await banner(page).getByText('Changes are frozen').waitFor({ timeout: 15_000 })
    for (const name of ['Pause', 'Add job', 'Clean', 'Empty']) {
      expect([name, await button(page, name).isDisabled()]).toEqual([name, true])
      expect(await button(page, name).getAttribute('title')).toBe('Changes are frozen')
    }
    expect(
      await button(page, /^Retry /)
        .first()
        .isDisabled(),
    ).toBe(true)
    await checkLooks(page)
    shop.server.freeze = { freeze: null, active: false, untrusted: false }
    await banner(page).waitFor({ state: 'detached', timeout: 15_000 })
    expect(await button(page, 'Empty').isDisabled()).toBe(false)
  })

  it('that begins later turns nothing off', async () => {
    shop.server.freeze = { freeze: freeze({ from: Date.now() + 60_000 }), active: false, untrusted: false }
    const { page } = await shop.open('?page=queues&queue=bullmq%7Cmail&state=failed')
    await banner(page)
      .getByText(/^Changes freeze at/)
      .waitFor()
    expect(await button(page, 'Empty').isDisabled()).toBe(false)
  })

  it('is seen by those who may not lift it', async () => {
    Object.assign(shop.server.session, { role: 'operator' })
    shop.server.freeze = { freeze: freeze(), active: true, untrusted: false }
    const { page } = await shop.open('?page=activity')
    await banner(page).waitFor()
    for (const name of ['Lift', 'Change', 'Freeze changes']) expect(await button(page, name).count()).toBe(0)
  })

  it('without a valid signature is told of', async () => {
    shop.server.freeze = { freeze: null, active: false, untrusted: true }
    const { page } = await shop.open()
    await banner(page).getByText('Redis has a change freeze without a valid signature').waitFor()
    await button(page, 'Remove').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove the unsigned change freeze' }).click()
    await banner(page).waitFor({ state: 'detached' })
  })
})

function interrupted(): BulkOperation {
  return {
    ...{ id: 'stopped', action: 'remove', user: 'ada', phase: 'interrupted', asOf: Date.now(), startedAt: Date.now() },
    selection: {
      ...{ queues: ['bullmq|mail', 'bullmq|thumbnails'], state: 'failed', ids: null },
      ...{ name: null, fingerprint: null, text: null },
    },
    ...{ endedAt: Date.now(), looked: 120, total: 120, eligible: 120, notEligible: [], isPartial: false },
    ...{ succeeded: 20, skipped: [], unknown: 0, resumable: true, error: 'Changes are frozen' },
  }
}
