import { describe, expect, it, vi } from 'vitest'
import { createPolicy } from '../../../src/api/permissions.js'
import type { Session } from '../../../src/api/session.js'
import { addUser, editUser } from '../../../src/people/changes/users.js'
import { People } from '../../../src/people/service/people.js'
import { Browser, openEmpty, openPeople, PASSWORD, peopleArchive } from '../support/people.js'
import { present } from '../support/records.js'

const POLICY = createPolicy({ payloads: 'operator' })

describe('the first admin', () => {
  it('is made by the link, once, and never by the first visitor', async () => {
    const { zenith, setup } = openEmpty()
    const visitor = new Browser(zenith)
    expect((await visitor.fetch('/api/session')).status).toBe(401)
    expect((await visitor.logIn('admin')).status).toBe(401)
    const path = await setup()
    const admin = new Browser(zenith)
    const page = await (await admin.fetch(path)).text()
    expect(page).toContain('Create the first admin')
    const made = await admin.submit(path, { name: 'ada', password: PASSWORD, again: PASSWORD })
    expect([made.status, made.headers.get('location')]).toEqual([303, './'])
    const { body } = await admin.get<Session>('/api/session')
    expect(body).toMatchObject({ user: 'ada', role: 'admin', canLogOut: true, account: true, people: true })
    expect(body.permissions).toContain('people.edit')
    const again = await visitor.fetch(path)
    expect([again.status, await again.text()]).toEqual([410, expect.stringContaining('used already')])
    expect((await visitor.logIn('ada')).status).toBe(303)
  })

  it.each([
    ['a short password', { password: 'short', again: 'short' }, 'takes 10 characters or more'],
    ['two passwords', { password: PASSWORD, again: `${PASSWORD}!` }, 'differ'],
    ['a password with the name', { password: 'ADA is my name', again: 'ADA is my name' }, 'without your name'],
    ['a name with a line break', { name: 'ad\na', password: PASSWORD, again: PASSWORD }, 'none of them invisible'],
    ['no name', { name: '', password: PASSWORD, again: PASSWORD }, 'takes 1 to 100 characters'],
  ])('is not made with %s, and the link still works', async (_, fields, problem) => {
    const { zenith, setup } = openEmpty()
    const path = await setup()
    const browser = new Browser(zenith)
    const refused = await browser.submit(path, { name: 'ada', ...fields })
    expect(refused.status).toBe(400)
    expect(await refused.text()).toContain(problem)
    expect((await browser.submit(path, { name: 'ada', password: PASSWORD, again: PASSWORD })).status).toBe(303)
  })

  it('is made by the link although there are other users, and not once one is appointed', async () => {
    const { zenith, archive, setup } = openEmpty()
    const path = await setup()
    const people = new People({ store: present(archive.people?.()), policy: POLICY, sessionMs: 1, now: Date.now })
    const user = { name: 'bob', email: null, groups: [], grants: [] }
    const bob = await people.change((directory, now) => addUser(directory, user, now))
    const browser = new Browser(zenith)
    expect((await browser.fetch(path)).status).toBe(200)
    const grants = [{ cluster: '*', queues: null, role: 'admin' }]
    await people.change((directory) => editUser(directory, bob, { grants }))
    expect((await browser.fetch(path)).status).toBe(410)
  })

  it('comes by one of two links that were opened at once', async () => {
    const { zenith, setup } = openEmpty()
    const path = await setup()
    const browsers = [new Browser(zenith), new Browser(zenith)]
    const answers = await Promise.all(
      browsers.map((browser, index) =>
        browser.submit(path, { name: `admin ${index}`, password: PASSWORD, again: PASSWORD }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 400])
  })

  it('gets no link once there are users, also after a restart', async () => {
    const first = await openPeople()
    expect((await first.browser().fetch('/join?link=nothing')).status).toBe(410)
    const { archive, zenith, setup } = openEmpty()
    await new Browser(zenith).submit(await setup(), { name: 'ada', password: PASSWORD, again: PASSWORD })
    const dir = archive.place
    await zenith.close()
    const later = openEmpty({ archive: peopleArchive(dir) })
    const browser = new Browser(later.zenith)
    await vi.waitFor(async () => expect((await browser.logIn('ada')).status).toBe(303))
    expect(later.paths).toEqual([])
  })
})
