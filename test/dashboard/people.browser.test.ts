import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { present } from '../zenith/support/records.js'
import { checkLooks } from './fixture/looks.js'
import { makeShopWithQueues, openShop } from './fixture/shop-pages.js'

const shop = openShop(makeShopWithQueues)
beforeEach(() => {
  Object.assign(shop.server.session, { user: 'ada', account: true, people: true, canLogOut: true })
})

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name })
const changes = () => shop.server.people.changes
const bodies = () => changes().map(({ body }) => body)

async function openPart(part: string) {
  const opened = await shop.open(`?page=people&tab=${part}`)
  const { page } = opened
  await page.getByRole('heading', { level: 1, name: 'People' }).waitFor()
  const list = page.getByRole('list', { name: part, exact: false })
  await list.first().waitFor()
  return {
    ...opened,
    dialog: page.getByRole('dialog'),
    row: (text: string) => list.first().locator('> li').filter({ hasText: text }),
  }
}

describe('who may', () => {
  it('sees the page in the navigation, in the palette and by its key', async () => {
    const { page } = await shop.open()
    const pages = page.getByRole('navigation', { name: 'Pages' })
    await pages.getByRole('link', { name: 'People' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('u')
    await page.getByRole('heading', { level: 1, name: 'People' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: /^Search for/ }).waitFor()
    await page.keyboard.type('account')
    await page.getByRole('option', { name: /^Account/ }).click()
    await page.getByRole('heading', { level: 1, name: 'Account' }).waitFor()
  })

  it.each([
    ['a role without the permission', { role: 'operator' }, 'You can’t edit users'],
    ['no database of users', { people: false }, 'Zenith has no users in a database'],
    [
      'grants for some queues alone',
      { grants: [{ cluster: '*', queues: ['mail*'], within: null, permissions: ['view', 'people.edit'] }] },
      'You can’t edit users',
    ],
  ])('with %s, is offered nothing, and is told why at the URL', async (_, session, words) => {
    Object.assign(shop.server.session, session)
    const { page } = await shop.open('?page=people')
    await page.getByText(words).waitFor()
    expect(await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'People' }).count()).toBe(0)
    await page.keyboard.press('g')
    await page.keyboard.press('p')
    await page.getByRole('heading', { level: 1, name: 'Pulse' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('u')
    await page.keyboard.press('?')
    await page.getByText('go to Alerts').waitFor()
    expect(await page.getByText('go to People').count()).toBe(0)
    await page.getByRole('heading', { level: 1, name: 'Pulse', includeHidden: true }).waitFor()
  })

  it('loses the page when the rights change: the stream ends, and the next one brings them', async () => {
    const { page } = await shop.open()
    const people = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'People' })
    await people.waitFor()
    shop.server.session.role = 'viewer'
    await shop.server.stop()
    await shop.server.start()
    await people.waitFor({ state: 'detached' })
  })
})

describe('users', () => {
  it('are searched by name, mail address, role and group, and opened by the URL', async () => {
    const { page, row, problems } = await openPart('users')
    await row('ben').getByText('invited').waitFor()
    await row('cleo').getByText('disabled').waitFor()
    await row('dora').getByText('single sign-on').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('operations')
    await vi.waitFor(async () =>
      expect(await page.getByRole('list', { name: 'Users' }).locator('> li').count()).toBe(2),
    )
    expect(page.url()).toContain('find=operations')
    await page.keyboard.press('Escape')
    await button(page, 'Details of dora').click()
    await row('dora').getByText('dora@example.com at https://login.example.com').waitFor()
    expect(page.url()).toContain('user=id-dora')
    await page.getByLabel('Search users').fill('nobody of this name')
    await page.getByText('Nothing matches the search').waitFor()
    expect(problems).toEqual([])
  })

  it('are added with groups and rights; the link is shown once, with a button that copies it', async () => {
    const { page, dialog, problems } = await openPart('users')
    await button(page, 'New user').click()
    await dialog.getByLabel('Name', { exact: true }).fill('eve')
    await dialog.getByLabel('Mail address').fill('eve@example.com')
    await dialog.getByRole('checkbox', { name: 'Mail' }).check()
    await button(page, 'Add a right').click()
    await button(page, 'Add a right').click()
    const [first, second] = [1, 2].map((number) => dialog.getByRole('group', { name: `right ${number}` }))
    await first?.getByLabel('Role').selectOption('retrier')
    await first?.getByLabel('Cluster').selectOption('default')
    await first?.getByLabel('Queues').selectOption('some')
    await first?.getByLabel('Names or keys').fill('mail*, orders\\,old ,')
    expect(await second?.count()).toBe(1)
    await button(page, 'Remove right 2').click()
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Add a right')
    await dialog.getByRole('button', { name: 'Add user' }).click()
    const secret = page.getByRole('dialog', { name: 'Link for eve' })
    await secret.getByText('It is shown only now').waitFor()
    await page.mouse.click(5, 5)
    expect(await secret.getByLabel('One-time link').inputValue()).toBe(`${shop.server.url}join?link=a-secret-of-a-link`)
    await secret.getByRole('button', { name: 'Copy' }).click()
    await secret.getByText('Copied').waitFor()
    expect(bodies()).toEqual([
      {
        ...{ action: 'add', name: 'eve', email: 'eve@example.com', groups: ['g-mail'] },
        grants: [{ role: 'retrier', cluster: 'default', queues: ['mail*', 'orders,old'] }],
      },
    ])
    await secret.getByRole('button', { name: 'Done' }).click()
    expect(await page.content()).not.toContain('a-secret-of-a-link')
    expect(problems).toEqual([])
  })

  it('are edited; what the server refuses is said beside the form, and nothing typed is lost', async () => {
    const { page, dialog } = await openPart('users')
    const message = 'Nobody could edit users any more: make another user admin first.'
    shop.server.people.refuseWith = { status: 409, code: 'last_admin', message }
    await button(page, 'Details of ada').click()
    await button(page, 'Edit').click()
    await dialog.getByLabel('Name', { exact: true }).fill('ada lovelace')
    await dialog.getByLabel('Role').selectOption('viewer')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByRole('alert').getByText(message).waitFor()
    expect(await dialog.getByLabel('Name', { exact: true }).inputValue()).toBe('ada lovelace')
    expect(await dialog.getByLabel('Role').inputValue()).toBe('viewer')
    shop.server.people.refuseWith = null
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('ada lovelace is saved').waitFor()
    expect(bodies()[1]).toEqual({
      ...{ action: 'edit', id: 'id-ada', name: 'ada lovelace', email: 'ada@example.com', groups: ['g-ops'] },
      grants: [{ role: 'viewer', cluster: '*', queues: null }],
    })
  })

  it('are invited again, disabled, enabled, logged out and removed, each after a question', async () => {
    const { page, row, dialog } = await openPart('users')
    const act = async (user: string, name: string, confirm: string) => {
      await row(user).getByRole('button', { name, exact: true }).click()
      await dialog.getByRole('button', { name: confirm }).click()
    }
    await button(page, 'Details of ben').click()
    await act('ben', 'Invite again', 'Make a link for ben')
    await button(page, 'Done').click()
    await act('ben', 'Disable', 'Disable ben')
    await page.getByText('ben is disabled').waitFor()
    await act('ben', 'Log out', 'Log out ben')
    await page.getByText('ben is logged out: 2 sessions ended').waitFor()
    await act('ben', 'Remove', 'Remove ben')
    await page.getByText('ben is removed').waitFor()
    await button(page, 'Details of cleo').click()
    await act('cleo', 'Enable', 'Enable cleo')
    await page.getByText('cleo is enabled').waitFor()
    expect(bodies()).toEqual([
      ...['invite', 'disable', 'logOut', 'remove'].map((action) => ({ action, id: 'id-ben' })),
      { action: 'enable', id: 'id-cleo' },
    ])
  })
})

describe('groups and roles', () => {
  it('are edited: members by claims, one a line, because names of LDAP have commas', async () => {
    const { page, row, dialog } = await openPart('groups')
    await row('Operations').getByText('2 members: ada, dora').waitFor()
    await button(page, 'Edit Operations').click()
    const claims = dialog.getByLabel('Groups of single sign-on')
    expect(await claims.inputValue()).toBe('ops\ncn=ops,dc=example,dc=com')
    await claims.fill('ops\n\ncn=all,dc=example,dc=com\n')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The group Operations is saved').waitFor()
    await button(page, 'Remove Mail').click()
    await dialog.getByRole('button', { name: 'Remove Mail' }).click()
    await page.getByText('The group Mail is removed').waitFor()
    expect(bodies()).toEqual([
      {
        ...{ action: 'edit', id: 'g-ops' },
        group: {
          ...{ name: 'Operations', claims: ['ops', 'cn=all,dc=example,dc=com'] },
          grants: [{ role: 'operator', cluster: '*', queues: ['mail*', 'orders:*'] }],
        },
      },
      { action: 'remove', id: 'g-mail' },
    ])
  })

  it('are added as a set of permissions in words; built-in ones and taken names stay as they are', async () => {
    const { page, row, dialog } = await openPart('roles')
    await row('admin').locator('summary').click()
    await row('admin').getByText('edit users and their rights').waitFor()
    expect(await row('admin').getByRole('button').count()).toBe(0)
    await button(page, 'New role').click()
    await dialog.getByLabel('Name', { exact: true }).fill('retrier')
    await dialog.getByRole('checkbox', { name: 'retry jobs' }).check()
    expect(await dialog.getByRole('checkbox', { name: 'see everything but payloads' }).isDisabled()).toBe(true)
    await dialog.getByRole('button', { name: 'Add role' }).click()
    await dialog.getByText('There is a role retrier already').waitFor()
    expect(bodies()).toEqual([])
    await dialog.getByLabel('Name', { exact: true }).fill('on-call')
    await dialog.getByRole('button', { name: 'Add role' }).click()
    await page.getByText('The role on-call is saved').waitFor()
    expect(bodies()).toEqual([{ action: 'save', name: 'on-call', permissions: ['view', 'queue.retry'] }])
  })
})

describe('tokens and sessions', () => {
  it('a token is shown once, and removed', async () => {
    const { page, row, dialog } = await openPart('tokens')
    await row('CI').getByText('acts for ada').waitFor()
    await row('Prometheus').getByText('expired', { exact: true }).waitFor()
    await button(page, 'New token').click()
    await dialog.getByLabel('Name', { exact: true }).fill('deploy')
    await dialog.getByLabel('Valid').selectOption('date')
    await dialog.getByLabel('Last day').fill('2020-01-31')
    await dialog.getByRole('button', { name: 'Add token' }).click()
    await dialog.getByText('Choose a last day that is not over.').waitFor()
    await dialog.getByLabel('Valid').selectOption('never')
    await dialog.getByRole('button', { name: 'Add token' }).click()
    const secret = page.getByRole('dialog', { name: 'Token deploy' })
    expect(await secret.getByLabel('API token').inputValue()).toBe('qz_a-secret-of-a-token')
    await secret.getByRole('button', { name: 'Done' }).click()
    await button(page, 'Remove Prometheus').click()
    await dialog.getByRole('button', { name: 'Remove Prometheus' }).click()
    await page.getByText('The token Prometheus is removed').waitFor()
    const grants = [{ role: 'viewer', cluster: '*', queues: null }]
    expect(bodies()).toEqual([
      { action: 'add', name: 'deploy', grants, expiresAt: null },
      { action: 'remove', id: 't-old' },
    ])
  })

  it('a session names its browser, and is ended', async () => {
    const { page, row, dialog } = await openPart('sessions')
    await row('Chrome 141 on Linux').getByText('this session').waitFor()
    await row('Safari 18 on iPhone').getByText('by a link from 2001:db8::7').waitFor()
    await button(page, 'End the session of ada in Safari 18 on iPhone').click()
    await dialog.getByRole('button', { name: 'End it' }).click()
    await page.getByText('The session of ada has ended').waitFor()
    expect(bodies()).toEqual([{ action: 'end', id: 's-2', user: 'id-ada' }])
  })
})

describe('the account', () => {
  async function openAccount(width = 1280) {
    const opened = await shop.open('', { viewport: { width, height: 800 } })
    const { page } = opened
    const name = width < 1024 && width >= 640 ? 'Your account' : /^ada\b/
    await page.getByRole('banner').getByRole('link', { name }).filter({ visible: true }).click()
    await page.getByRole('heading', { level: 2, name: 'ada' }).waitFor()
    return { ...opened, dialog: page.getByRole('dialog') }
  }

  it.each([390, 768, 1440])('is reached from the header, at %i px', async (width) => {
    const { page, problems } = await openAccount(width)
    await page.getByText('operator for mail*, orders:*').waitFor()
    expect(problems).toEqual([])
  })

  it.each([1280, 1366, 1440])('and the pages fit into one row at %i px', async (width) => {
    const { page } = await openAccount(width)
    const { height } = present(await page.getByRole('banner').boundingBox())
    expect(height).toBeLessThan(64)
  })

  it('changes the password, and says what is wrong with it', async () => {
    const { page, dialog } = await openAccount()
    await button(page, 'Change password').click()
    await dialog.getByLabel('Current password').fill('the old password')
    await dialog.getByLabel('New password', { exact: true }).fill('a new password')
    await dialog.getByLabel('The new password again').fill('another one')
    await dialog.getByRole('button', { name: 'Change and log in again' }).click()
    await dialog.getByText('The two new passwords differ.').waitFor()
    expect(changes()).toEqual([])
    const message = 'The current password is wrong.'
    shop.server.people.refuseWith = { status: 409, code: 'not_possible', message }
    await dialog.getByLabel('The new password again').fill('a new password')
    await dialog.getByRole('button', { name: 'Change and log in again' }).click()
    await dialog.getByRole('alert').getByText(message).waitFor()
    expect(await dialog.getByLabel('New password', { exact: true }).inputValue()).toBe('a new password')
    shop.server.people.refuseWith = null
    const loaded = page.waitForEvent('load')
    await dialog.getByRole('button', { name: 'Change and log in again' }).click()
    await loaded
    expect(bodies()[1]).toEqual({ action: 'password', current: 'the old password', password: 'a new password' })
  })

  it('ends other sessions, and logs out everywhere', async () => {
    const { page, dialog } = await openAccount()
    const list = page.getByRole('list', { name: 'Your sessions' })
    expect(await list.getByText('this session').count()).toBe(1)
    await button(page, 'End the session in Safari 18 on iPhone').click()
    await dialog.getByRole('button', { name: 'End it' }).click()
    await page.getByText('The session has ended').waitFor()
    await button(page, 'Log out everywhere').click()
    await dialog.getByRole('button', { name: 'Log out', exact: true }).click()
    await page.getByText('2 other sessions ended').waitFor()
    expect(bodies()).toEqual([
      { action: 'endSession', id: 's-2' },
      { action: 'logOutEverywhere', keepThis: true },
    ])
  })

  it('adds a token with the own rights, and says why others are refused', async () => {
    const { page, dialog } = await openAccount()
    const message = 'A token takes your own rights at most: you lack "queue.clean".'
    shop.server.people.refuseWith = { status: 409, code: 'not_possible', message }
    await button(page, 'New token').click()
    await dialog.getByLabel('Name', { exact: true }).fill('laptop')
    await dialog.getByRole('button', { name: 'Add token' }).click()
    await dialog.getByText(message).waitFor()
    shop.server.people.refuseWith = null
    await dialog.getByRole('button', { name: 'Add token' }).click()
    await page.getByRole('dialog', { name: 'Token laptop' }).waitFor()
    expect(bodies()[1]).toMatchObject({
      ...{ action: 'addToken', name: 'laptop' },
      grants: shop.server.people.account.grants,
    })
  })

  it('is none without users in a database', async () => {
    shop.server.session.account = false
    const { page } = await shop.open('?page=account')
    await page.getByText('You have no account here').waitFor()
    expect(
      await page
        .getByRole('banner')
        .getByRole('link', { name: /account/i })
        .count(),
    ).toBe(0)
  })
})

it('offers what is about one queue only where the grants allow it', async () => {
  const permissions = ['view', 'queue.pause', 'queue.retry', 'scheduler.run'] as const
  Object.assign(shop.server.session, {
    grants: [
      { cluster: '*', queues: null, within: null, permissions: ['view'] },
      { cluster: '*', queues: ['mail*'], within: null, permissions },
    ],
  })
  const { page, problems } = await shop.open('?page=queues&queue=bullmq%7Cmail')
  await button(page, 'Pause').waitFor()
  expect(await button(page, 'Clean').count()).toBe(0)
  await page.goto(`${shop.server.url}?page=queues&queue=bullmq%7Corders:confirm`)
  await page.getByRole('heading', { level: 1, name: 'orders:confirm' }).waitFor()
  await page.getByRole('group', { name: /jobs$/ }).first().waitFor()
  expect(await button(page, 'Pause').count()).toBe(0)
  await page.goto(`${shop.server.url}?page=schedulers`)
  const schedulers = page.getByRole('group', { name: 'Schedulers' })
  await schedulers
    .getByRole('button', { name: /^Run now/ })
    .first()
    .waitFor()
  const rows = schedulers.getByRole('row').filter({ has: page.getByRole('button', { name: /^Run now/ }) })
  for (const row of await rows.allInnerTexts()) expect(row).toContain('mail')
  expect(await button(page, 'New scheduler').count()).toBe(0)
  expect(problems).toEqual([])
})

describe('axe finds nothing in both themes, and nothing is wider than the window', () => {
  it.each([
    ['users', 'Details of ada', null],
    ['users', 'New user', 'Add a right'],
    ['groups', 'Edit Operations', null],
    ['roles', 'New role', null],
    ['tokens', 'New token', null],
    ['sessions', /^End the session of ada in Chrome/, null],
  ] as const)('in the part %s, with %s pressed', async (part, first, second) => {
    const { page, problems } = await openPart(part)
    await checkLooks(page)
    await page.setViewportSize({ width: 1280, height: 800 })
    for (const name of [first, second]) if (name) await button(page, name).click()
    if (second) await page.getByLabel('Queues').selectOption('some')
    await checkLooks(page)
    expect(problems).toEqual([])
  })

  it('of the account, and of a token that is shown once', async () => {
    const { page, problems } = await shop.open('?page=account')
    await page.getByRole('list', { name: 'Your sessions' }).waitFor()
    await checkLooks(page)
    await page.setViewportSize({ width: 1280, height: 800 })
    await button(page, 'New token').click()
    await page.getByLabel('Name', { exact: true }).fill('laptop')
    await button(page, 'Add token').click()
    await page.getByRole('dialog', { name: 'Token laptop' }).waitFor()
    await checkLooks(page)
    expect(problems).toEqual([])
  })

  it('of empty parts', async () => {
    const { people } = shop.server
    people.view = { ...people.view, groups: [], tokens: [] }
    people.sessions = []
    const { page } = await shop.open('?page=people&tab=groups')
    await page.getByText('No group', { exact: true }).waitFor()
    await checkLooks(page)
    await page.getByRole('link', { name: /^Tokens/ }).click()
    await page.getByText('No token', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'Sessions' }).click()
    await page.getByText('No session', { exact: true }).waitFor()
  })
})
