import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import { serve } from '../../../support/serve.js'

interface Account {
  readonly id: number
  readonly login: string
  readonly orgs: readonly string[]
  /** `org/team` */
  readonly teams: readonly string[]
}

/**
 * A GitHub Enterprise Server, as the documentation of GitHub describes it ("Authorizing OAuth apps", "List organizations for the
 * authenticated user", "List teams for the authenticated user"): errors of the token endpoint have status 200, a code works once, lists have
 * pages, and the API takes a User-Agent.
 */
export async function openFakeGithub() {
  const [clientId, clientSecret] = ['Iv1.zenith', 'github-secret-0123456789']
  const codes = new Map<string, { challenge: string; redirectUri: string; account: Account }>()
  const tokens = new Map<string, Account>()
  const requests: string[] = []
  const now: { account: Account; refuses: string | null } = {
    account: { id: 1, login: 'ada', orgs: ['acme'], teams: [] },
    refuses: null,
  }
  const server = await serve((request, response) => void answer(request, response))
  onTestFinished(() => server.close())
  const base = server.url.replace('localhost', '127.0.0.1')

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', base)
    requests.push(`${request.method} ${url.pathname}${url.search}`)
    const json = (status: number, body: unknown) =>
      void response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
    if (url.pathname === '/login/oauth/authorize') return authorize(url.searchParams, response)
    if (url.pathname === '/login/oauth/access_token') return token(request, json)
    const account = tokens.get((request.headers.authorization ?? '').replace(/^Bearer /, ''))
    if (!request.headers['user-agent']) return json(403, { message: 'Request forbidden by administrative rules.' })
    if (!account) return json(401, { message: 'Bad credentials' })
    const found = apiOf(account, url)
    json(found ? 200 : 404, found ?? { message: 'Not Found' })
  }

  function authorize(query: URLSearchParams, response: ServerResponse): void {
    const back = new URL(query.get('redirect_uri') ?? '')
    const state = query.get('state') ?? ''
    if (now.refuses !== null)
      back.search = new URLSearchParams({ error: now.refuses, error_description: 'The user denied.', state }).toString()
    else {
      const code = randomBytes(10).toString('hex')
      codes.set(code, { challenge: query.get('code_challenge') ?? '', redirectUri: back.href, account: now.account })
      back.search = new URLSearchParams({ code, state }).toString()
    }
    response.writeHead(302, { location: back.href }).end()
  }

  async function token(request: IncomingMessage, json: (status: number, body: unknown) => void): Promise<void> {
    let body = ''
    for await (const part of request) body += part
    const form = new URLSearchParams(body)
    const error = (name: string, words: string) =>
      json(200, { error: name, error_description: words, error_uri: '/docs' })
    if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret)
      return error('incorrect_client_credentials', 'The client_id and/or client_secret passed are incorrect.')
    const code = form.get('code') ?? ''
    const begun = codes.get(code)
    codes.delete(code)
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (!begun || begun.challenge !== challenge)
      return error('bad_verification_code', 'The code passed is incorrect or expired.')
    if (begun.redirectUri !== form.get('redirect_uri'))
      return error('redirect_uri_mismatch', 'The redirect_uri MUST match the registered callback URL.')
    const secret = `gho_${randomBytes(12).toString('hex')}`
    tokens.set(secret, begun.account)
    json(200, { access_token: secret, scope: 'read:org', token_type: 'bearer' })
  }

  return {
    base,
    /** With method and query. */
    requests,
    options: { id: 'github', kind: 'github', url: base, clientId, clientSecret } as const,
    logInAs(account: Account) {
      now.account = account
    },
    refuse(error: string) {
      now.refuses = error
    },
  }
}

function apiOf({ id, login, orgs, teams }: Account, { pathname, searchParams }: URL): unknown {
  const page = pageOf(searchParams)
  const bodies: Readonly<Record<string, unknown>> = {
    '/api/v3/user': { id, login, name: null, email: null },
    '/api/v3/user/orgs': page(orgs).map((org) => ({ login: org, id: 9 })),
    '/api/v3/user/teams': page(teams).map(teamOf),
  }
  return bodies[pathname]
}

function pageOf(query: URLSearchParams) {
  const [size, page] = [Number(query.get('per_page') ?? 30), Number(query.get('page') ?? 1)]
  return <T>(items: readonly T[]) => items.slice((page - 1) * size, page * size)
}

function teamOf(path: string) {
  const [login, slug] = path.split('/')
  return { name: `Team ${slug}`, slug, organization: { login } }
}
