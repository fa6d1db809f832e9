import { describe, expect, it } from 'vitest'
import type { GithubOptions } from '../../../../src/runtime/create-zenith.js'
import { openFakeGithub } from './support/fake-github.js'
import { openSite } from './support/site.js'
import { Visitor } from './support/visitor.js'

const ADA = { id: 42, login: 'ada', orgs: ['staff'], teams: ['staff/platform'] }

async function open(more: Partial<GithubOptions> = {}) {
  const github = await openFakeGithub()
  const site = await openSite({ sso: [{ ...github.options, ...more }] })
  github.logInAs(ADA)
  return { github, site, logIn: (visitor: Visitor) => visitor.go(`${site.url}/login?with=github`) }
}

describe('GitHub', () => {
  it('gives the id as subject, and organizations and teams as groups', async () => {
    const { github, site, logIn } = await open()
    const visitor = new Visitor()
    const { hops } = await logIn(visitor)
    expect(await site.session(visitor)).toMatchObject({ user: 'ada', role: 'viewer' })
    const [user] = await site.users()
    expect((await site.people.directory()).identitiesOf(user?.id ?? '')).toMatchObject([
      { issuer: github.base, subject: '42', email: null, groups: ['staff', 'staff/platform'] },
    ])
    expect(await site.trail()).toEqual(['ada log in true GitHub'])
    const asked = new URL(hops.find((url) => url.includes('/authorize?')) ?? '')
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      ...{ client_id: 'Iv1.zenith', redirect_uri: `${site.url}/callback`, scope: 'read:org', allow_signup: 'false' },
      ...{ code_challenge_method: 'S256', code_challenge: expect.any(String), state: expect.any(String) },
    })
  })

  it('is the same user under another name, and another user with a name that was given up', async () => {
    const { github, site, logIn } = await open()
    await logIn(new Visitor())
    github.logInAs({ ...ADA, login: 'ada-lovelace' })
    const renamed = new Visitor()
    await logIn(renamed)
    expect(await site.session(renamed)).toMatchObject({ user: 'ada' })
    github.logInAs({ ...ADA, id: 43 })
    const thief = new Visitor()
    await logIn(thief)
    expect(await site.session(thief)).toMatchObject({ user: 'ada 2' })
  })

  it('counts the organizations of the option alone, in any case', async () => {
    const { github, site, logIn } = await open({ orgs: ['Staff'] })
    github.logInAs({ ...ADA, orgs: ['admins', 'staff'], teams: ['admins/x', 'staff/platform'] })
    const visitor = new Visitor()
    await logIn(visitor)
    expect(await site.session(visitor)).toMatchObject({ role: 'viewer' })
    github.logInAs({ ...ADA, id: 44, orgs: ['admins'], teams: [] })
    const stranger = new Visitor()
    expect([(await logIn(stranger)).status, await site.session(stranger)]).toEqual([403, null])
  })

  it('is read to the last page', async () => {
    const { github, site, logIn } = await open()
    const orgs = Array.from({ length: 100 }, (_, index) => `org-${index}`)
    github.logInAs({ ...ADA, orgs: [...orgs, 'admins'] })
    const visitor = new Visitor()
    await logIn(visitor)
    expect(await site.session(visitor)).toMatchObject({ role: 'admin' })
    expect(github.requests.filter((one) => one.includes('/user/orgs'))).toEqual([
      ...['GET /api/v3/user/orgs?per_page=100&page=1', 'GET /api/v3/user/orgs?per_page=100&page=2'],
    ])
  })

  it('may refuse: its error has status 200, and is quoted', async () => {
    const { site, logIn } = await open({ clientSecret: 'wrong-secret-012345' })
    const visitor = new Visitor()
    const visit = await logIn(visitor)
    expect([visit.status, await site.session(visitor)]).toEqual([403, null])
    expect(visit.text).toContain('GitHub refused the log-in: incorrect_client_credentials: The client_id')
    expect(site.lines.join()).not.toContain('wrong-secret')
  })

  it('tells that the user refused', async () => {
    const { github, site, logIn } = await open()
    github.refuse('access_denied')
    const visitor = new Visitor()
    const visit = await logIn(visitor)
    expect([visit.status, await site.session(visitor)]).toEqual([403, null])
    expect(visit.text).toContain('GitHub refused the log-in: access_denied: The user denied.')
  })

  it('takes a code once, and only from the browser that began', async () => {
    const { site } = await open()
    const visitor = new Visitor()
    const begun = await visitor.go(`${site.url}/login?with=github`, { stopAt: /\/callback/ })
    const cookie = visitor.cookie(begun.url, 'quasar_sso') ?? ''
    expect((await new Visitor().go(begun.url)).status).toBe(400)
    await visitor.go(begun.url)
    const replaying = new Visitor()
    replaying.plant(begun.url, 'quasar_sso', cookie)
    const again = await replaying.go(begun.url)
    expect([again.status, await site.session(replaying)]).toEqual([403, null])
    expect(again.text).toContain('bad_verification_code')
    const thief = new Visitor()
    const own = new URL((await thief.go(`${site.url}/login?with=github`, { stopAt: /\/callback/ })).url)
    const victim = await new Visitor().go(`${site.url}/login?with=github`, { stopAt: /\/callback/ })
    own.searchParams.set('code', new URL(victim.url).searchParams.get('code') ?? '')
    expect([(await thief.go(own.href)).status, await site.session(thief)]).toEqual([403, null])
  })

  it('that is not there costs that log-in alone', async () => {
    const { site } = await open({ url: 'http://127.0.0.1:1' })
    const visitor = new Visitor()
    const { url } = await visitor.go(`${site.url}/login?with=github`, { stopAt: /^http:\/\/127\.0\.0\.1:1\// })
    const back = `${site.url}/callback?code=x&state=${new URL(url).searchParams.get('state')}`
    const visit = await visitor.go(back)
    expect([visit.status, visit.text.includes('GitHub does not answer now. Please try again.')]).toEqual([502, true])
    expect(site.lines).toEqual([expect.stringContaining('fetch failed')])
  })
})
