import { describe, expect, it } from 'vitest'
import { extent } from '../../../support/extent.js'
import { type Forgery, openForgedProvider } from './support/forged-provider.js'
import { openSite } from './support/site.js'
import { Visitor } from './support/visitor.js'

const DISCOVERY = '/.well-known/openid-configuration'
const HTML = { status: 200, type: 'text/html', body: '<h1>Sign in</h1>' }
const BROKEN = { status: 500, type: 'application/json', body: '{"error":"server_error","trace":"secret-trace"}' }
const CUT = { status: 200, type: 'application/json', body: '{"access_token":"secret-tok' }

async function open() {
  const provider = await openForgedProvider()
  const site = await openSite({ sso: [provider.options] })
  return { provider, site, logIn: (visitor: Visitor) => visitor.go(`${site.url}/login?with=forged`) }
}

const AT_DISCOVERY: readonly (readonly [string, Forgery['answers'], number])[] = [
  ['answers 500', { [DISCOVERY]: BROKEN }, 502],
  ['answers HTML', { [DISCOVERY]: HTML }, 502],
  ['answers half an answer', { [DISCOVERY]: CUT }, 403],
  ['answers nothing', { [DISCOVERY]: 'hang' }, 502],
  ['leads elsewhere', { [DISCOVERY]: { status: 302, type: 'text/html', body: '' } }, 502],
]
const LATER: typeof AT_DISCOVERY = [
  ['answers HTML for tokens', { '/token': HTML }, 502],
  ['answers half an answer for tokens', { '/token': CUT }, 403],
  ['answers no tokens', { '/token': 'hang' }, 502],
  ['answers 500 for its keys', { '/jwks': BROKEN }, 502],
  ['answers no keys', { '/jwks': 'hang' }, 502],
]

describe('a provider that', () => {
  // Each that hangs takes ten seconds.
  it.each(extent([...AT_DISCOVERY, ...LATER], ([name]) => name !== 'answers no keys' && name !== 'answers no tokens'))(
    '%s costs that log-in alone',
    async (_, answers, status) => {
      const { provider, site, logIn } = await open()
      provider.forge({ answers: answers ?? {} })
      const visitor = new Visitor()
      const failing = logIn(visitor)
      // Others are served meanwhile.
      expect((await new Visitor().ask(`${site.url}/login`)).status).toBe(200)
      const visit = await failing
      expect([visit.status, await site.session(visitor)]).toEqual([status, null])
      expect(visit.text).toMatch(
        /Forged forged does not answer now\. Please try again\.|The answer of Forged forged is not valid/,
      )
      expect(site.lines).toEqual([expect.stringMatching(/^Zenith: a log-in with Forged forged failed, from /)])
      expect(visit.text + site.lines.join()).not.toMatch(/secret-|at-/)
      provider.forge({})
      await logIn(visitor)
      expect(await site.session(visitor)).toMatchObject({ user: 'ada' })
    },
  )

  it('answers an error for tokens is quoted', async () => {
    const { provider, site, logIn } = await open()
    const body = JSON.stringify({ error: 'invalid_client', error_description: '<b>no</b>' })
    provider.forge({ answers: { '/token': { status: 401, type: 'application/json', body } } })
    const visit = await logIn(new Visitor())
    expect([
      visit.status,
      visit.text.includes('Forged forged refused the log-in: invalid_client: &lt;b&gt;no&lt;/b&gt;'),
    ]).toEqual([...[403, true]])
    expect(site.lines).toEqual([expect.stringContaining('invalid_client: <b>no</b>')])
  })

  it('is not there is asked again by the next log-in', async () => {
    const { provider, site, logIn } = await open()
    await provider.close()
    for (const _ of [1, 2]) {
      const visit = await logIn(new Visitor())
      expect([visit.status, visit.url]).toEqual([502, `${site.url}/login?with=forged`])
    }
    expect(site.lines).toHaveLength(2)
    expect(site.lines[0]).toContain('ECONNREFUSED')
  })

  it('has another issuer than the option is refused, with both in the log', async () => {
    const { provider, site, logIn } = await open()
    provider.forge({ metadata: { issuer: 'https://other.example' } })
    expect((await logIn(new Visitor())).status).toBe(403)
    expect(site.lines[0]).toContain('issuer')
  })

  it('answers is asked for its metadata once, also by log-ins at the same time', async () => {
    const { provider, logIn } = await open()
    await Promise.all([logIn(new Visitor()), logIn(new Visitor()), logIn(new Visitor())])
    await logIn(new Visitor())
    expect(provider.requests.filter((path) => path === DISCOVERY)).toHaveLength(1)
  })

  it('is not asked before the first log-in', async () => {
    const { provider, site } = await open()
    await new Visitor().go(`${site.url}/login`)
    expect(provider.requests).toEqual([])
  })
})

it('an unknown way is named as one', async () => {
  const { site } = await open()
  const visit = await new Visitor().go(`${site.url}/login?with=${encodeURIComponent('"><script>')}`)
  expect([
    visit.status,
    visit.text.includes('There is no such way to log in.'),
    visit.text.includes('"><script>'),
  ]).toEqual([...[404, true, false]])
})
