import type { IncomingMessage, ServerResponse } from 'node:http'
import Provider, { type Configuration } from 'oidc-provider'
import { onTestFinished, vi } from 'vitest'
import { serve } from '../../../support/serve.js'

type Fields = Readonly<Record<string, unknown>>

interface OidcServerOptions {
  /** Base URLs of the pages that may log in. */
  readonly pages: readonly string[]
}

const CLAIMS = ['name', 'preferred_username']

/** The certified provider `oidc-provider`, which logs in whom a test names, and asks for nothing. */
export async function openOidcServer() {
  // It reports that it is set up for development.
  for (const level of ['info', 'warn'] as const) {
    const quiet = vi.spyOn(console, level).mockImplementation(() => {})
    onTestFinished(() => quiet.mockRestore())
  }
  const accounts: { now: string; readonly claims: Map<string, Fields> } = { now: 'u1', claims: new Map() }
  const handler: { now: (request: IncomingMessage, response: ServerResponse) => unknown } = {
    now: (_, response) => response.writeHead(503).end(),
  }
  const server = await serve((request, response) => void handler.now(request, response))
  onTestFinished(() => server.close())
  const issuer = server.url.replace('localhost', '127.0.0.1')
  const clientSecret = 'oidc-server-secret-0123456789'

  function start({ pages }: OidcServerOptions): void {
    const configuration: Configuration = {
      clients: [
        {
          ...{ client_id: 'zenith', client_secret: clientSecret },
          redirect_uris: pages.map((page) => `${page}/callback`),
          post_logout_redirect_uris: pages.map((page) => `${page}/login`),
        },
      ],
      claims: { openid: ['sub'], profile: CLAIMS, email: ['email'], groups: ['groups'] },
      pkce: { required: () => true },
      cookies: { keys: ['a key for tests'] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_, { uid }) => `/interaction/${uid}` },
      findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts.claims.get(id) }) }),
      async loadExistingGrant({ oidc: { provider, session, client: own } }) {
        const grant = new provider.Grant({ clientId: own?.clientId ?? '', accountId: session?.accountId ?? '' })
        grant.addOIDCScope('openid profile email groups')
        await grant.save()
        return grant
      },
    }
    const provider = new Provider(issuer, configuration)
    const callback = provider.callback()
    handler.now = (request, response) =>
      request.url?.startsWith('/interaction/')
        ? provider.interactionFinished(request, response, { login: { accountId: accounts.now } })
        : callback(request, response)
  }

  return {
    issuer,
    start,
    options: { id: 'real', name: 'Real', issuer, clientId: 'zenith', clientSecret },
    /** Who logs in next. */
    logInAs(sub: string, claims: Fields) {
      accounts.now = sub
      accounts.claims.set(sub, claims)
    },
  }
}
