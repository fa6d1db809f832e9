import type { Agent, IncomingMessage } from 'node:http'
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2'
import type { AskOptions } from './ask.js'

const sessions = new WeakMap<Agent, ClientHttp2Session>()

/** Asks by HTTP/2 without TLS: on a connection of its own, or on the one of an agent. */
export function beginHttp2(port: number, path: string, options: AskOptions): ClientHttp2Stream {
  const { method = 'GET', headers = {}, body, agent } = options
  const session = agent ? sessionOf(agent, port) : begin(port)
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  const asking = session.request(
    { ':method': method, ':path': path, ...type, ...headers },
    { endStream: body === undefined },
  )
  if (agent) agent.destroy = () => session.close()
  else asking.once('close', () => session.close())
  return asking
}

function begin(port: number): ClientHttp2Session {
  return connect(`http://127.0.0.1:${port}`).on('error', () => {})
}

function sessionOf(agent: Agent, port: number): ClientHttp2Session {
  const session = sessions.get(agent) ?? begin(port)
  sessions.set(agent, session)
  return session
}

/** The stream, with as much of a message of HTTP/1 as the tests use. */
export function headersOfHttp2(port: number, path: string, options: AskOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asking = beginHttp2(port, path, options)
    asking.once('response', ({ ':status': statusCode, ...headers }) => {
      const socket = { localPort: asking.session?.socket.localPort }
      resolve(Object.assign(asking, { statusCode, headers, socket }) as unknown as IncomingMessage)
    })
    asking.once('error', reject)
    asking.once('close', () => reject(new Error('closed')))
    if (options.body !== undefined) asking.end(options.body)
  })
}

export function cancel(asking: ClientHttp2Stream): void {
  asking.close(constants.NGHTTP2_CANCEL)
}
