import { describe, expect, it } from 'vitest'
import { formOf } from '../../support/login.js'
import { openOidcServer } from './support/oidc-server.js'
import { openSite } from './support/site.js'
import { Visitor } from './support/visitor.js'

const ADA = { preferred_username: 'ada', email: 'ada@example.com', groups: ['staff', 'others'] }

async function open(more: Partial<Parameters<typeof openSite>[0]> = {}) {
  const provider = await openOidcServer()
  const site = await openSite({ sso: [{ ...provider.options, scopes: ['profile', 'email', 'groups'] }], ...more })
  provider.start({ pages: [site.url] })
  provider.logInAs('u1', ADA)
  return { provider, site, logIn: (visitor: Visitor, query = '') => visitor.go(`${site.url}/login?with=real${query}`) }
}

describe('with oidc-provider', () => {
  it('a user with a known group comes in, back to where it began, and gets a user', async () => {
    const { site, provider, logIn } = await open()
    const visitor = new Visitor()
    const visit = await logIn(visitor, `&next=${encodeURIComponent('?service=shop')}`)
    expect([visit.status, visit.url]).toEqual([200, `${site.url}/?service=shop`])
    expect(await site.session(visitor)).toMatchObject({ user: 'ada', role: 'viewer', canLogOut: true, account: true })
    expect(visitor.cookie(`${site.url}/`, 'quasar_sso')).toBeUndefined()
    expect(await site.users()).toMatchObject([{ name: 'ada', email: 'ada@example.com', password: null, grants: [] }])
    const [user] = await site.users()
    expect((await site.people.directory()).identitiesOf(user?.id ?? '')).toMatchObject([
      { issuer: provider.issuer, subject: 'u1', groups: ['staff', 'others'] },
    ])
    expect(await site.trail()).toEqual(['ada log in true Real'])
    expect((await site.people.sessions(null)).map(({ details }) => JSON.parse(details).via)).toEqual(['Real'])
    expect(site.lines).toEqual([])
  })

  it('gets the redirect with code, PKCE, state and nonce, and no secret', async () => {
    const { site, provider, logIn } = await open()
    const { hops } = await logIn(new Visitor())
    const asked = new URL(hops.find((url) => url.startsWith(`${provider.issuer}/auth?`)) ?? '')
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      ...{ client_id: 'zenith', response_type: 'code', redirect_uri: `${site.url}/callback` },
      ...{ scope: 'openid profile email groups', code_challenge_method: 'S256' },
      ...{ code_challenge: expect.any(String), state: expect.any(String), nonce: expect.any(String) },
    })
  })

  it('a second log-in has the groups of then, and the same user', async () => {
    const { site, provider, logIn } = await open()
    const first = new Visitor()
    await logIn(first)
    provider.logInAs('u1', { ...ADA, preferred_username: 'renamed', groups: ['admins'] })
    const second = new Visitor()
    await logIn(second)
    expect(await site.session(second)).toMatchObject({ user: 'ada', role: 'admin' })
    expect(await site.session(first)).toMatchObject({ user: 'ada', role: 'admin' })
    expect(await site.users()).toHaveLength(1)
  })

  it('without a known group there is no access, no user and no session, and an admin is named', async () => {
    const { site, provider, logIn } = await open()
    provider.logInAs('u2', { preferred_username: 'eve<script>', groups: ['strangers'] })
    const visitor = new Visitor()
    const visit = await logIn(visitor)
    expect([visit.status, await site.session(visitor), await site.users()]).toEqual([403, null, []])
    expect(visit.text).toContain(
      'Real knows you as eve&lt;script&gt;, but none of your groups has access. Ask an admin of Zenith.',
    )
    expect(visitor.cookie(`${site.url}/`, 'quasar_sso')).toBeUndefined()
    expect(await site.trail()).toEqual(['eve<script> log in false Real'])
  })

  it('a group that is gone ends the rights of open sessions, also of the only admin', async () => {
    const { site, provider, logIn } = await open()
    provider.logInAs('u1', { ...ADA, groups: ['admins'] })
    const open1 = new Visitor()
    await logIn(open1)
    expect(await site.session(open1)).toMatchObject({ role: 'admin' })
    provider.logInAs('u1', { ...ADA, groups: [] })
    expect((await logIn(new Visitor())).status).toBe(403)
    const answer = await open1.ask(`${site.url}/api/people`, { accept: 'application/json' })
    expect([answer.status, await site.session(open1)]).toEqual([403, null])
  })

  it('a user without a password can’t log in by one', async () => {
    const { site, logIn } = await open()
    await logIn(new Visitor())
    const visitor = new Visitor()
    const page = await visitor.ask(`${site.url}/login`)
    const { token } = formOf(page.text, page.headers['set-cookie'] ?? [])
    for (const password of ['', 'null', 'ada']) {
      const answer = await visitor.ask(`${site.url}/login`, { form: { token, name: 'ada', password } })
      expect([answer.status, await site.session(visitor)]).toEqual([401, null])
    }
  })

  it('the log-in page has a button for each provider, which keeps where to go', async () => {
    const { site } = await open()
    const page = await new Visitor().go(`${site.url}/?service=shop`)
    expect(page.text).toContain(
      '<a class="way" href="./login?with=real&amp;next=%3Fservice%3Dshop">Log in with Real</a>',
    )
  })
})

describe('a log-out', () => {
  async function logOut(site: { readonly url: string }, visitor: Visitor) {
    const page = await visitor.ask(`${site.url}/logout`)
    const { token } = formOf(page.text, [])
    return visitor.ask(`${site.url}/logout`, { form: { token } })
  }

  it('ends the session, then leads to the page of the provider', async () => {
    const { site, provider, logIn } = await open()
    const visitor = new Visitor()
    await logIn(visitor)
    const answer = await logOut(site, visitor)
    expect([answer.status, await site.session(visitor), await site.people.sessions(null)]).toEqual([200, null, []])
    const target = /content="0; url=([^"]*)"/.exec(answer.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect(target.startsWith(`${provider.issuer}/session/end?`)).toBe(true)
    expect(Object.fromEntries(new URL(target).searchParams)).toEqual({
      ...{ client_id: 'zenith', post_logout_redirect_uri: `${site.url}/login` },
    })
    const end = await visitor.go(target)
    expect([end.status, end.text.includes('Do you want to sign-out')]).toEqual([200, true])
  })

  it('stays here if the option says so', async () => {
    const provider = await openOidcServer()
    const site = await openSite({ sso: [{ ...provider.options, scopes: ['groups'], logout: false }] })
    provider.start({ pages: [site.url] })
    provider.logInAs('u1', ADA)
    const visitor = new Visitor()
    await visitor.go(`${site.url}/login?with=real`)
    const answer = await logOut(site, visitor)
    expect([answer.status, answer.headers.location, await site.session(visitor)]).toEqual([303, './login', null])
  })
})
