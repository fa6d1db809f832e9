import { type Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'

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

/** Asks and waits for the headers of the answer. Destroy it to go away in the middle of its body. */
export function headersOf(port: number, path: string, options: AskOptions = {}): Promise<IncomingMessage> {
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
  const asking = begin(port, path, options)
  asking.on('error', () => {})
  if (options.body === undefined) asking.end()
  else asking.write(options.body)
  await isGivenUp()
  asking.destroy()
}

function begin(port: number, path: string, { method = 'GET', headers = {}, body, agent }: AskOptions): ClientRequest {
  const json = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': `${body.length}` }
  return request({ host: '127.0.0.1', port, path, method, headers: { ...json, ...headers }, agent: agent ?? false })
}
