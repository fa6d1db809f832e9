import { describe, expect, it } from 'vitest'
import { editUser } from '../../../../src/people/changes/users.js'
import {
  type ForgedProvider,
  type Forgery,
  hs256,
  openForgedProvider,
  rs256,
  unsigned,
} from './support/forged-provider.js'
import { openSite, type Site } from './support/site.js'
import { type Visit, Visitor } from './support/visitor.js'

async function open(more: Partial<Parameters<typeof openSite>[0]> = {}) {
  const provider = await openForgedProvider()
  const site = await openSite({ sso: [provider.options], ...more })
  return { provider, site }
}

const logIn = (site: Site, visitor: Visitor, query = '') => visitor.go(`${site.url}/login?with=forged${query}`)

/** Follows a log-in up to the callback, which is not requested. */
async function callbackOf(site: Site, visitor: Visitor, query = ''): Promise<URL> {
  const { url } = await visitor.go(`${site.url}/login?with=forged${query}`, { stopAt: /\/callback/ })
  return new URL(url)
}

/** Everything that must not be readable in a page or in the log. */
function secretsOf(provider: ForgedProvider, { hops }: Visit): string[] {
  const queries = hops.map((url) => new URL(url).searchParams)
  const values = queries.flatMap((query) => ['code', 'state', 'nonce', 'code_challenge'].map((name) => query.get(name)))
  return [provider.clientSecret, 'at-', ...values.flatMap((value) => value || [])]
}

async function expectRefused(site: Site, provider: ForgedProvider, visitor: Visitor, visit: Visit, status = 403) {
  expect([visit.status, visit.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8'])
  expect(visit.text).toMatch(/<p class="problem" role="alert">[A-Z].*\.?<\/p>/)
  expect(visit.text).toContain('<a href="./login">')
  expect([await site.session(visitor), await site.people.sessions(null)]).toEqual([null, []])
  for (const secret of secretsOf(provider, visit)) {
    expect(visit.text).not.toContain(secret)
    expect(site.lines.join('\n')).not.toContain(secret)
  }
}

const now = () => Math.floor(Date.now() / 1_000)

const FORGED: Readonly<Record<string, Forgery>> = {
  'a wrong nonce': { claims: (claims) => ({ ...claims, nonce: 'another' }) },
  'no nonce': { claims: ({ nonce: _, ...claims }) => claims },
  'another audience': { claims: (claims) => ({ ...claims, aud: 'another' }) },
  'several audiences, of another party': { claims: (claims) => ({ ...claims, aud: ['zenith', 'x'], azp: 'x' }) },
  'another issuer': { claims: (claims) => ({ ...claims, iss: 'https://id.example.com' }) },
  'an expiry 61 seconds ago': { claims: (claims) => ({ ...claims, exp: now() - 61 }) },
  'a beginning in 61 seconds': { claims: (claims) => ({ ...claims, nbf: now() + 61 }) },
  'no expiry': { claims: ({ exp: _, ...claims }) => claims },
  'no subject': { claims: ({ sub: _, ...claims }) => claims },
  'alg none': { sign: (claims) => unsigned(claims) },
  'alg none, which the metadata has': {
    sign: (claims) => unsigned(claims),
    metadata: { id_token_signing_alg_values_supported: ['RS256', 'none'] },
  },
  'HS256 with the public key': {
    sign: (claims, { ownPublic }) => hs256(claims, ownPublic.export({ type: 'spki', format: 'pem' }).toString()),
  },
  'HS256 with the public key, which the metadata has': {
    sign: (claims, { ownPublic }) => hs256(claims, ownPublic.export({ type: 'spki', format: 'pem' }).toString()),
    metadata: { id_token_signing_alg_values_supported: ['RS256', 'HS256'] },
  },
  'a signature by another key': { sign: (claims, { foreign }) => rs256(claims, foreign) },
  'a signature by an unknown key': { sign: (claims, { foreign }) => rs256(claims, foreign, { kid: 'k2' }) },
  'a key of its own in the header': {
    sign: (claims, { foreign }) => rs256(claims, foreign, { jwk: { kty: 'RSA' }, jku: 'https://evil.example/jwks' }),
  },
  'claims that were changed after the signature': {
    sign(claims, { own }) {
      const [head, , signature] = rs256(claims, own).split('.')
      return `${head}.${Buffer.from(JSON.stringify({ ...claims, groups: ['admins'] })).toString('base64url')}.${signature}`
    },
  },
  'no ID token': { sign: () => undefined },
  'an ID token that is none': { sign: () => 'a.b.c' },
  'UserInfo of another user': {
    claims: ({ groups: _, ...claims }) => claims,
    metadata: { userinfo_endpoint: 'USERINFO' },
    userinfo: { sub: 'u2', groups: ['admins'] },
  },
}

describe('an ID token with', () => {
  it('nothing wrong is accepted', async () => {
    const { site } = await open()
    const visitor = new Visitor()
    await logIn(site, visitor)
    expect(await site.session(visitor)).toMatchObject({ user: 'ada', role: 'viewer' })
  })

  it('an expiry 20 seconds ago is accepted: clocks differ', async () => {
    const { site, provider } = await open()
    provider.forge({ claims: (claims) => ({ ...claims, exp: now() - 20 }) })
    const visitor = new Visitor()
    await logIn(site, visitor)
    expect(await site.session(visitor)).toMatchObject({ user: 'ada' })
  })

  it.each(Object.entries(FORGED))('%s is refused', async (_, forgery) => {
    const { site, provider } = await open()
    const { metadata } = forgery
    const userinfo = metadata?.userinfo_endpoint === 'USERINFO' && { userinfo_endpoint: `${provider.issuer}/userinfo` }
    provider.forge({ ...forgery, ...(metadata && { metadata: { ...metadata, ...userinfo } }) })
    const visitor = new Visitor()
    const visit = await logIn(site, visitor)
    await expectRefused(site, provider, visitor, visit)
    expect(visit.text).toContain('The answer of Forged forged is not valid, so you are not logged in.')
    expect(site.lines).toEqual([
      expect.stringMatching(/^Zenith: a log-in with Forged forged failed, from [\d.:/a-f]+: ./),
    ])
  })
})

describe('a callback', () => {
  const CHANGES: Readonly<Record<string, (query: URLSearchParams) => void>> = {
    'a wrong state': (query) => query.set('state', 'x'.repeat(43)),
    'no state': (query) => query.delete('state'),
    'an empty state': (query) => query.set('state', ''),
    'two states': (query) => query.append('state', query.get('state') ?? ''),
  }
  it.each(Object.entries(CHANGES))('with %s is refused, before the provider is asked', async (_, change) => {
    const { site, provider } = await open()
    const visitor = new Visitor()
    provider.forge({ callback: change })
    const visit = await logIn(site, visitor)
    await expectRefused(site, provider, visitor, visit, 400)
    expect(provider.requests).not.toContain('/token')
  })

  it('with another issuer (mix-up) is refused, before the provider is asked', async () => {
    const { site, provider } = await open()
    provider.forge({ callback: (query) => query.set('iss', 'https://id.example.com') })
    const visitor = new Visitor()
    await expectRefused(site, provider, visitor, await logIn(site, visitor))
    expect(provider.requests).not.toContain('/token')
  })

  it('without the issuer that the provider promised is refused', async () => {
    const { site, provider } = await open()
    provider.forge({ metadata: { authorization_response_iss_parameter_supported: true } })
    const visitor = new Visitor()
    await expectRefused(site, provider, visitor, await logIn(site, visitor))
    expect(provider.requests).not.toContain('/token')
  })

  it('without a cookie is refused: nobody can log another browser in', async () => {
    const { site, provider } = await open()
    const callback = await callbackOf(site, new Visitor())
    const victim = new Visitor()
    await expectRefused(site, provider, victim, await victim.go(callback.href), 400)
  })

  it('with the cookie of another log-in is refused', async () => {
    const { site, provider } = await open()
    const callback = await callbackOf(site, new Visitor())
    const victim = new Visitor()
    await callbackOf(site, victim)
    await expectRefused(site, provider, victim, await victim.go(callback.href), 400)
    expect(provider.requests).not.toContain('/token')
  })

  it('with a forged cookie is refused', async () => {
    const { site, provider } = await open()
    const visitor = new Visitor()
    const callback = await callbackOf(site, visitor)
    const [body = '', signature = ''] = (visitor.cookie(callback.href, 'quasar_sso') ?? '').split('.')
    const content = JSON.parse(Buffer.from(body, 'base64url').toString())
    const other = Buffer.from(JSON.stringify([...content.slice(0, -1), 'https://evil.example/'])).toString('base64url')
    for (const forged of [`${other}.${signature}`, `${body}.${'A'.repeat(43)}`, body, '.', 'x'.repeat(3_000)]) {
      const browser = new Visitor()
      browser.plant(callback.href, 'quasar_sso', forged)
      await expectRefused(site, provider, browser, await browser.go(callback.href), 400)
    }
  })

  it('a second time is refused: its cookie is gone', async () => {
    const { site } = await open()
    const visitor = new Visitor()
    const callback = await callbackOf(site, visitor)
    const cookie = visitor.cookie(callback.href, 'quasar_sso') ?? ''
    expect((await visitor.go(callback.href)).status).toBe(200)
    expect((await visitor.go(callback.href)).status).toBe(400)
    const replaying = new Visitor()
    replaying.plant(callback.href, 'quasar_sso', cookie)
    const visit = await replaying.go(callback.href)
    expect([visit.status, await site.session(replaying)]).toEqual([403, null])
    expect(visit.text).toContain('Forged forged refused the log-in: invalid_grant: the code is none')
  })

  it('with a code of another log-in is refused by PKCE and by the nonce', async () => {
    const { site, provider } = await open()
    const stolen = (await callbackOf(site, new Visitor())).searchParams.get('code') ?? ''
    const thief = new Visitor()
    const callback = await callbackOf(site, thief)
    callback.searchParams.set('code', stolen)
    await expectRefused(site, provider, thief, await thief.go(callback.href))
  })

  it('10 minutes later is refused', async () => {
    const { site, provider } = await open()
    const visitor = new Visitor()
    const callback = await callbackOf(site, visitor)
    const { 'set-cookie': set = [] } = (await visitor.ask(`${site.url}/login?with=forged`)).headers
    expect(set).toEqual([expect.stringMatching(/^quasar_sso=[\w-]+\.[\w-]+; Max-Age=600; HttpOnly; SameSite=Lax$/)])
    await expectRefused(site, provider, visitor, await visitor.go(callback.href), 400)
  })

  it('shows an error of the provider, escaped, and logs it as one line', async () => {
    const { site, provider } = await open()
    provider.forge({
      callback(query) {
        query.delete('code')
        query.set('error', 'access_denied')
        query.set('error_description', '<img src=x onerror=alert(1)>\nZenith: ada is admin')
      },
    })
    const visitor = new Visitor()
    const visit = await logIn(site, visitor)
    await expectRefused(site, provider, visitor, visit)
    expect(visit.text).toContain('access_denied: &lt;img src=x onerror=alert(1)&gt; Zenith: ada is admin')
    expect(site.lines).toEqual([expect.not.stringContaining('\n')])
  })

  it('shows nothing of an error that no log-in asked for', async () => {
    const { site, provider } = await open()
    const visitor = new Visitor()
    const visit = await visitor.go(
      `${site.url}/callback?error=x&error_description=Call+555-0100&state=${'x'.repeat(43)}`,
    )
    await expectRefused(site, provider, visitor, visit, 400)
    expect(visit.text).not.toContain('555')
  })

  it('takes GET alone', async () => {
    const { site } = await open()
    const answer = await new Visitor().ask(`${site.url}/callback`, { form: { code: 'x' } })
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET'])
  })
})

describe('identities', () => {
  it('with one mail address at two issuers are two users', async () => {
    const [one, two] = [await openForgedProvider('forged'), await openForgedProvider('other')]
    const site = await openSite({ sso: [one.options, two.options] })
    await new Visitor().go(`${site.url}/login?with=forged`)
    const thief = new Visitor()
    await thief.go(`${site.url}/login?with=other`)
    expect(await site.session(thief)).toMatchObject({ user: 'ada 2' })
    expect((await site.users()).map(({ name, email }) => `${name} ${email}`).sort()).toEqual([
      ...['ada 2 ada@example.com', 'ada ada@example.com'],
    ])
  })

  it('of a provider can’t be finished at another one', async () => {
    const [one, two] = [await openForgedProvider('forged'), await openForgedProvider('other')]
    const site = await openSite({ sso: [one.options, two.options] })
    const visitor = new Visitor()
    const callback = await callbackOf(site, visitor)
    callback.searchParams.set('iss', two.issuer)
    expect([(await visitor.go(callback.href)).status, await site.session(visitor)]).toEqual([403, null])
    expect(two.requests).toEqual([])
  })

  it('of a user who is disabled have no access', async () => {
    const { site, provider } = await open()
    const visitor = new Visitor()
    await logIn(site, visitor)
    const [user] = await site.users()

    await site.people.change((directory) => editUser(directory, user?.id ?? '', { isDisabled: true }))
    const again = new Visitor()
    const visit = await logIn(site, again)
    await expectRefused(site, provider, again, visit)
    expect(visit.text).toContain('Forged forged knows you as ada, but your user is disabled.')
  })
})

describe('`next`', () => {
  it.each([
    ...['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '../../evil', 'logout'],
    ...['callback?code=x', `?x=${'y'.repeat(2_000)}`, '"><script>alert(1)</script>', '\n//evil.example'],
  ])('%s leads nowhere but to the page', async (next) => {
    const { site } = await open()
    const visitor = new Visitor()
    const visit = await logIn(site, visitor, `&next=${encodeURIComponent(next)}`)
    expect(visit.url.startsWith(`${site.url}/`)).toBe(true)
    expect(visit.hops.filter((url) => url.includes('/callback'))).toHaveLength(1)
    expect(await site.session(visitor)).toMatchObject({ user: 'ada' })
    expect(visit.text).not.toContain('<script>alert')
  })
})
