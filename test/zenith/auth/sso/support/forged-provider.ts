import { createHash, createHmac, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import type { OidcOptions } from '../../../../../src/runtime/create-zenith.js'
import { serve } from '../../../support/serve.js'

type Fields = Record<string, unknown>

/** How a provider misbehaves. */
export interface Forgery {
  readonly claims?: (claims: Fields) => Fields
  /** Makes the ID token; undefined: there is none. */
  readonly sign?: (claims: Fields, keys: Keys) => string | undefined
  /** Changes the query of the callback. */
  readonly callback?: (query: URLSearchParams) => void
  readonly metadata?: Fields
  readonly userinfo?: Fields
  /** By path: what answers instead. */
  readonly answers?: Readonly<Record<string, 'hang' | { status: number; type: string; body: string }>>
  /** Whether a code is accepted again. */
  readonly takesCodesTwice?: boolean
}

export interface Keys {
  readonly own: KeyObject
  /** As the provider publishes it. */
  readonly ownPublic: KeyObject
  /** Published nowhere. */
  readonly foreign: KeyObject
}

const newKeys = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

export function rs256(claims: Fields, key: KeyObject, header: Fields = {}): string {
  const body = `${encoded({ alg: 'RS256', kid: 'k1', typ: 'JWT', ...header })}.${encoded(claims)}`
  return `${body}.${createSign('RSA-SHA256').update(body).sign(key).toString('base64url')}`
}

export function hs256(claims: Fields, secret: string): string {
  const body = `${encoded({ alg: 'HS256', kid: 'k1', typ: 'JWT' })}.${encoded(claims)}`
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`
}

export function unsigned(claims: Fields): string {
  return `${encoded({ alg: 'none', typ: 'JWT' })}.${encoded(claims)}.`
}

/**
 * A provider that does what a test says; without a forgery it is a right one.
 *
 * @param atEnd gets what ends it; default: it ends with the test
 */
export async function openForgedProvider(id = 'forged', atEnd: (end: () => Promise<void>) => void = onTestFinished) {
  const { privateKey: own, publicKey: ownPublic } = newKeys()
  const keys: Keys = { own, ownPublic, foreign: newKeys().privateKey }
  const codes = new Map<string, { nonce: string; challenge: string; redirectUri: string; claims: Fields }>()
  const used = new Set<string>()
  const requests: string[] = []
  const forgery: { now: Forgery } = { now: {} }
  const account: { now: Fields } = {
    now: { sub: 'u1', preferred_username: 'ada', email: 'ada@example.com', groups: ['staff'] },
  }
  const clientSecret = `s3cret-${randomBytes(6).toString('hex')}`

  const server = await serve((request, response) => void answer(request, response))
  atEnd(() => server.close())
  const issuer = server.url.replace('localhost', '127.0.0.1')

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', issuer)
    requests.push(url.pathname)
    const instead = forgery.now.answers?.[url.pathname]
    if (instead === 'hang') return
    if (instead) return void response.writeHead(instead.status, { 'content-type': instead.type }).end(instead.body)
    const json = (status: number, body: Fields) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return json(200, metadata())
      case '/jwks':
        return json(200, { keys: [{ ...ownPublic.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'RS256' }] })
      case '/authorize':
        return authorize(url.searchParams, response)
      case '/token':
        return token(request, json)
      case '/userinfo':
        return json(200, { sub: account.now.sub, ...forgery.now.userinfo })
      default:
        return json(404, {})
    }
  }

  function metadata(): Fields {
    return {
      ...{ issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` },
      ...{ jwks_uri: `${issuer}/jwks`, response_types_supported: ['code'], subject_types_supported: ['public'] },
      id_token_signing_alg_values_supported: ['RS256'],
      ...forgery.now.metadata,
    }
  }

  function authorize(query: URLSearchParams, response: ServerResponse): void {
    const code = randomBytes(9).toString('base64url')
    const [nonce, challenge] = [query.get('nonce') ?? '', query.get('code_challenge') ?? '']
    const redirectUri = query.get('redirect_uri') ?? ''
    if (query.get('code_challenge_method') === 'S256')
      codes.set(code, { nonce, challenge, redirectUri, claims: account.now })
    const back = new URL(redirectUri)
    back.searchParams.set('code', code)
    back.searchParams.set('state', query.get('state') ?? '')
    forgery.now.callback?.(back.searchParams)
    response.writeHead(303, { location: back.href }).end()
  }

  async function token(request: IncomingMessage, json: (status: number, body: Fields) => void): Promise<void> {
    let body = ''
    for await (const part of request) body += part
    const form = new URLSearchParams(body)
    const code = form.get('code') ?? ''
    const begun = codes.get(code)
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    const [, given = ''] = (request.headers.authorization ?? '').split(' ')
    const credentials = Buffer.from(given, 'base64').toString().split(':').map(decodeURIComponent)
    if (credentials.join(':') !== `zenith:${clientSecret}`) return json(401, { error: 'invalid_client' })
    const isNew = forgery.now.takesCodesTwice || !used.has(code)
    if (!begun || !isNew || verifier !== begun.challenge || form.get('redirect_uri') !== begun.redirectUri)
      return json(400, { error: 'invalid_grant', error_description: 'the code is none' })
    used.add(code)
    const now = Math.floor(Date.now() / 1_000)
    const claims = { iss: issuer, aud: 'zenith', iat: now, exp: now + 300, nonce: begun.nonce, ...begun.claims }
    const told = forgery.now.claims?.(claims) ?? claims
    const idToken = forgery.now.sign ? forgery.now.sign(told, keys) : rs256(told, own)
    json(200, { access_token: `at-${code}`, token_type: 'Bearer', id_token: idToken })
  }

  const options: OidcOptions = { id, name: `Forged ${id}`, issuer, clientId: 'zenith', clientSecret }
  return {
    issuer,
    options,
    clientSecret,
    /** Paths that were requested. */
    requests,
    forge(now: Forgery) {
      forgery.now = now
    },
    /** Claims of the user who logs in next. */
    logInAs(now: Fields) {
      account.now = now
    },
    close: server.close,
  }
}

export type ForgedProvider = Awaited<ReturnType<typeof openForgedProvider>>
