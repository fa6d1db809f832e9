import { once } from 'node:events'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { isPlainPath } from './mount-path.js'

/** Node's request, whose body a parser of the app may have read already. */
type Incoming = IncomingMessage & { readonly body?: unknown }

/** Replaces a missing host name in a URL; browsers always send one. */
const NO_HOST = 'no-host.invalid'

/** Converts Node's request to a Web request. Null if that is impossible. */
export function requestOf(request: Incoming, signal: AbortSignal): Request | null {
  const path = request.url ?? '/'
  const [pathname = ''] = path.split('?', 1)
  const host = request.headers.host ?? headerText(request.headers[':authority']) ?? NO_HOST
  const scheme = 'encrypted' in request.socket && request.socket.encrypted ? 'https' : 'http'
  if (!path.startsWith('/') || !isPlainPath(pathname) || !isHost(host)) return null
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    if (!name.startsWith(':') && value !== undefined) headers.set(name, headerText(value) ?? '')
  }
  try {
    const init = { method: request.method ?? 'GET', headers, signal, ...bodyOf(request) }
    return new Request(`${scheme}://${host}${path}`, init)
  } catch {
    // `Request` forbids the method, or `Headers` rejects a header.
    return null
  }
}

/** A name or an address, with an optional port: any other character of a URL could change the path. */
function isHost(host: string): boolean {
  return /^([^\s/?#@\\:[\]]+|\[[\da-f:.]+\])(:\d*)?$/i.test(host) && URL.canParse(`http://${host}`)
}

/** Only a POST has a body here, and it is read only when a handler reads it. */
function bodyOf(request: Incoming): { body: ReadableStream<Uint8Array> | string; duplex?: 'half' } | null {
  if (request.method !== 'POST') return null
  if (request.readableEnded) return { body: bodyFrom(request) }
  const parts = request[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await parts.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
    },
    { highWaterMark: 0 },
  )
  return { body, duplex: 'half' }
}

/** Restores a body from a body parser's result. The parser has decompressed it. */
function bodyFrom({ body, headers }: Incoming): string {
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return Buffer.from(body).toString('utf8')
  const isForm = headers['content-type']?.toLowerCase().includes('x-www-form-urlencoded')
  return isForm || body === undefined ? fieldsOf(body) : JSON.stringify(body)
}

/** A form's fields, from a body parser's result. */
function fieldsOf(parsed: unknown): string {
  const fields = typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : []
  return new URLSearchParams(fields.filter(([, value]) => typeof value === 'string')).toString()
}

export function nodeHeaders(request: IncomingMessage, answer: Response): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = Object.fromEntries(answer.headers)
  // The only header whose values cannot be joined.
  const cookies = answer.headers.getSetCookie()
  if (cookies.length > 0) headers['set-cookie'] = cookies
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream')
  // When a stream ends, the server is closing: an open connection would delay that.
  if (isStream && request.httpVersionMajor === 1) headers.connection = 'close'
  return headers
}

/** Sends the body as fast as the client reads it; stops when the client disconnects. */
export async function send(
  answer: Response,
  request: IncomingMessage,
  response: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  const reader = answer.body?.getReader()
  if (!reader || request.method === 'HEAD') {
    await reader?.cancel()
    response.end()
    return
  }
  const cancel = () => void reader.cancel().catch(() => {})
  gone.addEventListener('abort', cancel, { once: true })
  if (gone.aborted) cancel()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const isTaken = response.write(part.value)
    flush(response)
    if (!isTaken && !gone.aborted) await once(response, 'drain', { signal: gone })
  }
  response.end()
}

/** The middleware `compression` buffers output until it is flushed. */
function flush(response: ServerResponse & { flush?: () => void }): void {
  if (typeof response.flush === 'function') response.flush()
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value
}
