import { type ClientRequest, type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { inTime, TOO_LATE } from '../../lib/async.js'
import type { Answer } from '../notification.js'
import { answerOf, masked, noAnswer, secretsOf } from './answers.js'
import { failureText } from './failures.js'
import type { Networks } from './networks.js'
import { checkedAddresses, type HostAddress, hostOf, type Lookup, Refusal } from './resolve.js'

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Empty for GET. */
  readonly body: string
  /** Besides the address: what an answer may repeat and nobody may read. */
  readonly secret: string
}

export interface HttpOptions {
  readonly networks: Networks
  readonly lookup: Lookup
  /** For one request, ms: looking up the name, connecting, sending, and the answer's body. */
  readonly limitMs: number
  /** Ends requests that are running. */
  readonly signal: AbortSignal
  /** The certificate that is trusted instead of the usual ones, PEM; for tests. */
  readonly ca?: string | undefined
}

/** The time limit of a request, ms. */
export const REQUEST_LIMIT_MS = 10_000
const MAX_BODY_BYTES = 4_096

/**
 * Asks a URL that a user of the page typed in. It follows no redirect, uses no proxy, reuses no connection, and connects only to addresses
 * that were checked. Never rejects; no text of an answer has the URL's path or the secret.
 */
export async function askUrl(request: HttpRequest, options: HttpOptions): Promise<Answer> {
  const secrets = secretsOf(request.url, request.secret)
  try {
    const url = new URL(request.url)
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
      return noAnswer('Only https:// and http:// are requested.', false)
    return await askWithin(url, request, secrets, options)
  } catch (error) {
    return failureAnswer(error, request.url, secrets, options)
  }
}

async function askWithin(
  url: URL,
  request: HttpRequest,
  secrets: readonly string[],
  options: HttpOptions,
): Promise<Answer> {
  const end = AbortSignal.any([options.signal, AbortSignal.timeout(options.limitMs)])
  const found = await inTime(checkedAddresses(url, options.networks, options.lookup), options.limitMs)
  if (found === TOO_LATE)
    return noAnswer(`The name ${hostOf(url)} was not resolved within ${options.limitMs / 1_000} s.`, true)
  const sent = send(url, request, found, options.ca, end)
  try {
    return await receive(sent, url, secrets)
  } finally {
    sent.destroy()
  }
}

async function receive(sent: ClientRequest, url: URL, secrets: readonly string[]): Promise<Answer> {
  const response = await responseOf(sent)
  const body = await bodyOf(response)
  const status = response.statusCode ?? 0
  if (status >= 300 && status < 400) return redirected(status, response.headers.location, url, secrets)
  return answerOf(status, masked(body.text, secrets, body.isCut), response.headers['retry-after'])
}

function send(
  url: URL,
  request: HttpRequest,
  found: readonly HostAddress[],
  ca: string | undefined,
  signal: AbortSignal,
) {
  const isSecure = url.protocol === 'https:'
  const agent = isSecure ? new SecureAgent({ keepAlive: false }) : new PlainAgent({ keepAlive: false })
  const headers = {
    ...request.headers,
    ...(request.body && { 'content-length': String(Buffer.byteLength(request.body)) }),
  }
  const options = { method: request.method, headers, agent, signal, lookup: lookupIn(found), ...(ca && { ca }) }
  // A URL's user name and password are no part of it: they would be sent, and named in errors.
  const target = new URL(url)
  target.username = ''
  target.password = ''
  const sent = isSecure ? secureRequest(target, options) : plainRequest(target, options)
  sent.end(request.body)
  return sent
}

/** Node looks up nothing else: what was checked is what is connected to. */
function lookupIn(found: readonly HostAddress[]): LookupFunction {
  return (_name, { all }, done) => {
    const [first] = found
    if (all) done(null, [...found])
    else done(null, first?.address ?? '', first?.family)
  }
}

function responseOf(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.on('response', resolve)
    // Later ones, such as a reset after the answer, change nothing.
    sent.on('error', reject)
  })
}

/**
 * The start of a body. That it ends early or late is no error: the status says whether the message arrived, and a message that arrived is
 * not sent again.
 */
async function bodyOf(response: IncomingMessage): Promise<{ readonly text: string; readonly isCut: boolean }> {
  const chunks: Buffer[] = []
  let bytes = 0
  let isCut = false
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk.subarray(0, MAX_BODY_BYTES - bytes))
      bytes += chunk.length
      if (bytes > MAX_BODY_BYTES) break
    }
    isCut = bytes > MAX_BODY_BYTES
  } catch {
    isCut = true
  }
  return { text: Buffer.concat(chunks).toString(), isCut }
}

function redirected(status: number, location: string | undefined, url: URL, secrets: readonly string[]): Answer {
  const target = location !== undefined && URL.canParse(location, url.href) ? ` to ${new URL(location, url).host}` : ''
  const text = `It redirects${target}, and redirects are not followed: enter the address that it redirects to.`
  return { ...answerOf(status, masked(text, secrets, false), undefined), mayRetry: false }
}

function failureAnswer(error: unknown, address: string, secrets: readonly string[], options: HttpOptions): Answer {
  if (error instanceof Refusal) return noAnswer(masked(error.message, secrets, false), false)
  if (options.signal.aborted) return noAnswer('Zenith stopped before the answer came.', true)
  if (!URL.canParse(address)) return noAnswer('The address is no URL.', false)
  return noAnswer(masked(failureText(error, new URL(address).host, options.limitMs), secrets, false), true)
}
