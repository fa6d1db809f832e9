import { type Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import { beginHttp2, cancel, headersOfHttp2 } from './ask-http2.js'

const http2Ports = new Set<number>()

/**
 * From now on a port is asked by HTTP/2.
 *
 * @returns ends it: another server may get the port
 */
export function speakHttp2(port: number): () => void {
  http2Ports.add(port)
  return () => http2Ports.delete(port)
}

export interface Asked {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
}

export interface AskOptions {
  method?: string
  headers?: Record<string, string>
  body?: string
  agent?: Agent
}

/** Asks a server of this machine and waits for the whole answer. */
export async function ask(port: number, path: string, options: AskOptions = {}): Promise<Asked> {
  const response = await headersOf(port, path, options)
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() }
}

/** Asks for an answer that never comes whole, and waits until that is known. */
export async function askInVain(port: number, path: string): Promise<void> {
  const answer = await ask(port, path).catch(() => null)
  // A stream of HTTP/2 that is destroyed without an error seems whole.
  if (answer && !http2Ports.has(port)) throw new Error(`${path} was answered with ${answer.status}`)
}

/** Asks and waits for the headers of the answer. Destroy it to go away in the middle of its body. */
export function headersOf(port: number, path: string, options: AskOptions = {}): Promise<IncomingMessage> {
  if (http2Ports.has(port)) return headersOfHttp2(port, path, options)
  return new Promise((resolve, reject) => {
    const asking = begin(port, path, options)
    asking.once('response', resolve)
    asking.once('error', reject)
    asking.end(options.body)
  })
}

/** A request that is sent, whole or with less of a body than its headers say, and given up when `isGivenUp` resolves. */
export async function giveUp(
  port: number,
  path: string,
  isGivenUp: () => Promise<unknown>,
  options: AskOptions = {},
): Promise<void> {
  const stream = http2Ports.has(port) ? beginHttp2(port, path, options) : null
  const asking = stream ?? begin(port, path, options)
  asking.on('error', () => {})
  if (options.body !== undefined) asking.write(options.body)
  else if (!stream) asking.end()
  await isGivenUp()
  if (stream) cancel(stream)
  else asking.destroy()
}

function begin(port: number, path: string, { method = 'GET', headers = {}, body, agent }: AskOptions): ClientRequest {
  const json = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': `${body.length}` }
  return request({ host: '127.0.0.1', port, path, method, headers: { ...json, ...headers }, agent: agent ?? false })
}
