import { describe, expect, it } from 'vitest'
import type { AccountView, PeopleView, SessionListing } from '../../../src/api/people.js'
import type { Session } from '../../../src/api/session.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { openPeople, PASSWORD } from '../support/people.js'
import { beatOf, present, report } from '../support/records.js'

const VIEWER = [{ role: 'viewer' }]
const OPERATOR = [{ role: 'operator' }]

describe('users', () => {
  it('set a password by a link, log in, and have the rights of their grants', async () => {
    const { admin, user } = await openPeople()
    const { browser } = await user('bob', OPERATOR)
    const { body } = await browser.get<Session>('/api/session')
    expect(body).toMatchObject({ user: 'bob', role: 'operator' })
    expect(body.permissions).toContain('queue.retry')
    expect(body.permissions).not.toContain('queue.clean')
    const { body: people } = await admin.get<PeopleView>('/api/people')
    expect(people.users.every(({ seenAt }) => seenAt !== null)).toBe(true)
    const answers = await Promise.all(
      ['/api/people', '/api/people/sessions', '/api/account'].map(async (path) => (await admin.fetch(path)).text()),
    )
    for (const secret of ['scrypt:', PASSWORD, present(browser.cookie('quasar_session'))])
      expect(answers.join('\n')).not.toContain(secret)
    expect(people.users.map(({ name, role, hasPassword, isInvited }) => [name, role, hasPassword, isInvited])).toEqual([
      ['ada', 'admin', true, false],
      ['bob', 'operator', true, false],
    ])
  })

  it('lose a right with the next request', async () => {
    const { admin, user } = await openPeople()
    const { browser, id } = await user('bob', OPERATOR)
    const edit = { action: 'edit', id, name: 'bob', email: null, groups: [], grants: VIEWER }
    expect((await admin.post('/api/people/users', edit)).status).toBe(200)
    expect((await browser.get<Session>('/api/session')).body.role).toBe('viewer')
    await admin.post('/api/people/users', { action: 'disable', id })
    expect((await browser.fetch('/api/session')).status).toBe(401)
    expect((await browser.logIn('bob')).status).toBe(401)
    await admin.post('/api/people/users', { action: 'enable', id })
    expect((await browser.fetch('/api/session')).status).toBe(401)
    expect((await browser.logIn('bob')).status).toBe(303)
    await admin.post('/api/people/users', { action: 'remove', id })
    expect((await browser.fetch('/api/session')).status).toBe(401)
  })

  it('lose their open stream at the next event', async () => {
    const store = memoryStore()
    const { admin, user } = await openPeople({ store })
    const { browser, id } = await user('bob', OPERATOR)
    const stream = await browser.fetch('/api/stream')
    const reader = present(stream.body).getReader()
    await reader.read()
    await admin.post('/api/people/users', { action: 'edit', id, name: 'bob', email: null, groups: [], grants: VIEWER })
    await report(store, beatOf('after', 'web-1'))
    let text = ''
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += Buffer.from(part.value)
    expect(text).not.toContain('"after"')
  })

  it('have the rights of their groups, and keep none when a group is removed', async () => {
    const { admin, user } = await openPeople()
    const group = { name: 'on call', claims: [], grants: OPERATOR }
    const { body } = await admin.post('/api/people/groups', { action: 'add', group })
    const { browser } = await user('bob', [], [present(body.id)])
    expect((await browser.get<Session>('/api/session')).body.role).toBe('operator')
    await admin.post('/api/people/groups', { action: 'remove', id: body.id })
    const refused = await browser.fetch('/api/overview')
    expect(refused.status).toBe(403)
  })

  it('have roles of the own kind, which can’t be removed while they are granted', async () => {
    const { admin, user } = await openPeople()
    const save = { action: 'save', name: 'on-call', permissions: ['queue.retry', 'alert.acknowledge'] }
    expect((await admin.post('/api/people/roles', save)).status).toBe(200)
    const { browser } = await user('bob', [{ role: 'on-call' }])
    const { body } = await browser.get<Session>('/api/session')
    expect([body.role, body.permissions]).toEqual(['on-call', ['view', 'queue.retry', 'alert.acknowledge']])
    const refused = await admin.post<{ error: { code: string; message: string } }>('/api/people/roles', {
      action: 'remove',
      name: 'on-call',
    })
    expect([refused.status, refused.body.error.message]).toEqual([409, expect.stringContaining('"bob"')])
    for (const name of ['admin', 'Upper', '__proto__'])
      expect((await admin.post('/api/people/roles', { ...save, name })).status).toBeGreaterThanOrEqual(400)
  })

  it('never include nobody who can edit users', async () => {
    const { admin } = await openPeople()
    const { body } = await admin.get<PeopleView>('/api/people')
    const [ada] = body.users
    const id = present(ada).id
    const same = { id, name: 'ada', email: null, groups: [] }
    const tries = [
      { action: 'remove', id },
      { action: 'disable', id },
      { action: 'edit', ...same, grants: [] },
      { action: 'edit', ...same, grants: [{ role: 'admin', cluster: 'staging' }] },
      { action: 'edit', ...same, grants: [{ role: 'admin', queues: ['*'] }] },
    ]
    for (const change of tries) {
      const refused = await admin.post<{ error: { code: string } }>('/api/people/users', change)
      expect([refused.status, refused.body.error?.code]).toEqual([409, 'last_admin'])
    }
    expect((await admin.get('/api/people')).status).toBe(200)
  })

  it('are edited by those alone who may', async () => {
    const { user } = await openPeople()
    const { browser } = await user('bob', OPERATOR)
    const bodies = {
      '/api/people/users': { action: 'add', name: 'eve', grants: [{ role: 'admin' }] },
      '/api/people/groups': { action: 'add', group: { name: 'x', grants: [] } },
      '/api/people/roles': { action: 'save', name: 'x', permissions: ['people.edit'] },
      '/api/people/tokens': { action: 'add', name: 'x', grants: [{ role: 'admin' }] },
      '/api/people/sessions': { action: 'end', id: 'x', user: 'x' },
    }
    for (const [path, body] of Object.entries(bodies)) expect((await browser.post(path, body)).status, path).toBe(403)
    for (const path of ['/api/people', '/api/people/sessions']) expect((await browser.fetch(path)).status).toBe(403)
  })

  it('have names that are one in any case and width', async () => {
    const { admin, user } = await openPeople()
    await user('Bob', VIEWER)
    const refused = await admin.post<{ error: { message: string } }>('/api/people/users', {
      action: 'add',
      name: 'ｂｏＢ',
    })
    expect([refused.status, refused.body.error.message]).toEqual([409, 'There is a user "Bob" already.'])
  })
})

describe('an account', () => {
  it('changes its password with the one of now, which ends all sessions', async () => {
    const { user, browser: other } = await openPeople()
    const { browser } = await user('bob', VIEWER)
    const second = other()
    await second.logIn('bob')
    const change = { action: 'password', current: 'wrong password', password: 'another good one' }
    expect((await browser.post('/api/account', change)).status).toBe(409)
    expect((await browser.post('/api/account', { ...change, current: PASSWORD })).status).toBe(200)
    expect((await second.fetch('/api/session')).status).toBe(401)
    expect((await browser.fetch('/api/session')).status).toBe(401)
    expect((await browser.logIn('bob')).status).toBe(401)
    expect((await browser.logIn('bob', 'another good one')).status).toBe(303)
  })

  it('limits guesses of the password of now', async () => {
    const { user } = await openPeople()
    const { browser } = await user('bob', VIEWER)
    const change = { action: 'password', current: 'wrong password', password: 'another good one' }
    const messages: string[] = []
    for (let tries = 0; tries < 12; tries++)
      messages.push((await browser.post<{ error: { message: string } }>('/api/account', change)).body.error.message)
    expect(messages.at(-1)).toContain('Too many attempts')
    expect((await browser.post('/api/account', { ...change, current: PASSWORD })).status).toBe(409)
  })

  it('lists and ends its sessions, and logs out everywhere', async () => {
    const { user, browser: other } = await openPeople()
    const { browser } = await user('bob', VIEWER)
    const second = other()
    await second.logIn('bob')
    const { body } = await browser.get<AccountView>('/api/account')
    expect(body.sessions.map(({ via, isCurrent, user: name }) => [name, via, isCurrent])).toEqual([
      ['bob', 'password', false],
      ['bob', 'link', true],
    ])
    await browser.post('/api/account', { action: 'logOutEverywhere' })
    expect((await second.fetch('/api/session')).status).toBe(401)
    expect((await browser.fetch('/api/session')).status).toBe(200)
    await browser.post('/api/account', { action: 'logOutEverywhere', keepThis: false })
    expect((await browser.fetch('/api/session')).status).toBe(401)
  })

  it('is only ended by its own user or an admin', async () => {
    const { admin, user } = await openPeople()
    const [bob, eve] = [await user('bob', VIEWER), await user('eve', VIEWER)]
    const { body } = await admin.get<SessionListing>(`/api/people/sessions?user=${bob.id}`)
    const session = present(body.items[0])
    await eve.browser.post('/api/account', { action: 'endSession', id: session.id })
    expect((await bob.browser.fetch('/api/session')).status).toBe(200)
    await admin.post('/api/people/sessions', { action: 'end', id: session.id, user: bob.id })
    expect((await bob.browser.fetch('/api/session')).status).toBe(401)
  })
})
