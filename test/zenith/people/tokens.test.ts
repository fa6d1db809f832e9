import { describe, expect, it } from 'vitest'
import type { AccountView, PeopleView } from '../../../src/api/people.js'
import type { Session } from '../../../src/api/session.js'
import type { Zenith } from '../../../src/runtime/create-zenith.js'
import { openPeople } from '../support/people.js'
import { present } from '../support/records.js'

const OPERATOR = [{ role: 'operator' }]

async function sessionOf(zenith: Zenith, token: string) {
  const headers = { authorization: `Bearer ${token}` }
  const answer = await zenith.fetch(new Request('http://zenith.test/api/session', { headers }))
  return { status: answer.status, body: (await answer.json()) as Session }
}

describe('a token', () => {
  it('of an admin acts for itself, is shown once, and ends when it is removed', async () => {
    const { admin, zenith } = await openPeople()
    const { body } = await admin.post('/api/people/tokens', { action: 'add', name: 'deploy', grants: OPERATOR })
    const token = present(body.token)
    expect(token).toMatch(/^qz_[\w-]{43}$/)
    expect((await sessionOf(zenith, token)).body).toMatchObject({ user: 'deploy', role: 'operator', canLogOut: false })
    const { body: people } = await admin.get<PeopleView>('/api/people')
    expect(JSON.stringify(people)).not.toContain(token)
    expect(people.tokens).toMatchObject([{ name: 'deploy', start: token.slice(0, 8), user: null, createdBy: 'ada' }])
    await admin.post('/api/people/tokens', { action: 'remove', id: body.id })
    expect((await sessionOf(zenith, token)).status).toBe(401)
  })

  it('of a user has the user’s rights at most, also later', async () => {
    const { admin, user, zenith } = await openPeople()
    const { browser, id } = await user('bob', [{ role: 'operator', queues: ['mail*'] }])
    const refused = await browser.post<{ error: { message: string } }>('/api/account', {
      ...{ action: 'addToken', name: 'cli', grants: [{ role: 'admin' }] },
    })
    expect([refused.status, refused.body.error.message]).toEqual([409, expect.stringContaining('your own rights')])
    const { body } = await browser.post('/api/account', { action: 'addToken', name: 'cli', grants: OPERATOR })
    const token = present(body.token)
    expect((await sessionOf(zenith, token)).body).toMatchObject({
      user: 'bob',
      grants: [{ cluster: '*', queues: ['mail*'], within: null }],
    })
    const edit = { action: 'edit', id, name: 'bob', email: null, groups: [] }
    await admin.post('/api/people/users', { ...edit, grants: [{ role: 'viewer' }] })
    expect((await sessionOf(zenith, token)).body.permissions).toEqual(['view'])
    await admin.post('/api/people/users', { action: 'disable', id })
    expect((await sessionOf(zenith, token)).status).toBe(401)
  })

  it('expires', async () => {
    const { admin, zenith } = await openPeople()
    const soon = { action: 'add', name: 'old', grants: OPERATOR, expiresAt: Date.now() - 1 }
    const { body } = await admin.post('/api/people/tokens', soon)
    expect((await sessionOf(zenith, present(body.token))).status).toBe(401)
  })

  it('changes without a token of the session, and never its own account', async () => {
    const { user, zenith } = await openPeople()
    const { browser } = await user('bob', OPERATOR)
    const { body } = await browser.post('/api/account', { action: 'addToken', name: 'cli', grants: OPERATOR })
    const headers = { authorization: `Bearer ${body.token}`, 'content-type': 'application/json' }
    const send = async (path: string, change: object) => {
      const request = { method: 'POST', headers, body: JSON.stringify(change) }
      return (await zenith.fetch(new Request(`http://zenith.test${path}`, request))).status
    }
    expect(await send('/api/nodes', { action: 'forget', service: 'shop', id: 'web-1' })).not.toBe(403)
    expect(await send('/api/account', { action: 'addToken', name: 'more', grants: OPERATOR })).toBe(409)
    expect(await send('/api/account', { action: 'logOutEverywhere' })).toBe(409)
    const { body: account } = await browser.get<AccountView>('/api/account')
    expect(account.tokens.map(({ name }) => name)).toEqual(['cli'])
  })

  it('that is unknown is refused, and limited', async () => {
    const { zenith } = await openPeople()
    const statuses: number[] = []
    for (let tries = 0; tries < 25; tries++) statuses.push((await sessionOf(zenith, `qz_${'x'.repeat(43)}`)).status)
    expect(statuses[0]).toBe(401)
    expect(statuses.at(-1)).toBe(429)
  })
})
