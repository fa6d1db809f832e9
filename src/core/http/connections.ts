import type { ServerResponse } from 'node:http'
import type { ConnectionFigures } from '../../protocol/index.js'
import type { LiveTrace } from './request-trace.js'

/**
 * What lasts as long as a client listens, and so is no request with a duration: an answer without an end (`stream`), or one of
 * the many requests that a long-polling client of engine.io and Socket.IO is made of (`poll`). Upgrades are in upgrades.ts, but
 * for those of other runtimes (`upgrade`).
 */
export type ConnectionKind = 'stream' | 'poll' | 'upgrade'

/** Both are kept open by their server for whatever comes. Other streams have an end: they are requests up to their last byte. */
const ENDLESS = /^content-type: *(?:text\/event-stream|multipart\/x-mixed-replace)/im
const ENDLESS_TYPE = /^(?:text\/event-stream|multipart\/x-mixed-replace)/i

/** Null for an ordinary request. */
export function connectionOf(trace: LiveTrace): ConnectionKind | null {
  if (trace.hasQuery && isPolling(trace.url)) return 'poll'
  return isEndless(trace) ? 'stream' : null
}

/** Whether a URL is that of engine.io's polling transport, by which Socket.IO begins. */
export function isPolling(url: string): boolean {
  return url.includes('EIO=') && url.includes('transport=polling')
}

/** Whether a request of engine.io belongs to a session, and does not begin one. */
export function hasSession(url: string): boolean {
  return url.includes('EIO=') && url.includes('&sid=')
}

function isEndless({ response, contentType }: LiveTrace): boolean {
  if (contentType !== null) return ENDLESS_TYPE.test(contentType)
  if (!response?.headersSent || response.statusCode >= 400 || hasLength(response)) return false
  const { _header: sent } = response as ServerResponse & Sent
  // The text that Node sends has the headers that were given to `writeHead` alone, too. HTTP/2 has no such text.
  if (typeof sent === 'string') return ENDLESS.test(sent)
  return ENDLESS_TYPE.test(String(response.getHeader('content-type')))
}

/** What Node's HTTP/1 keeps of the head that it sent (Node 20 to 26). */
interface Sent {
  readonly _header?: unknown
  readonly _hasBody?: unknown
  readonly _last?: unknown
}

/** Whether a body was sent whose length its head told, as most have: to look for its type would take as long as all else here. */
function hasLength(response: ServerResponse & Sent): boolean {
  return response.chunkedEncoding === false && response._last === false && response._hasBody === true
}

/** The connections of one recorder. */
export class Connections {
  #upgraded = 0
  #opened = 0
  #isUsed = false
  /** Whether there are some whose end can't be seen. */
  #isBlind = false

  /** An upgrade that was accepted is open until `close`. */
  open(url: string): void {
    this.#isUsed = true
    this.#upgraded += 1
    // A client of engine.io that changes from polling to a WebSocket goes on with its session.
    if (!hasSession(url)) this.#opened += 1
  }

  close(): void {
    this.#upgraded -= 1
  }

  /** A stream is opened once, when it is seen first; a session of engine.io by the request that begins it. */
  note(trace: LiveTrace, kind: ConnectionKind): void {
    this.#isUsed = true
    if (trace.isOpened || (kind === 'poll' && hasSession(trace.url))) return
    trace.isOpened = true
    this.#opened += 1
    if (kind !== 'poll' && !trace.response) this.#isBlind = true
  }

  /**
   * The figures of the interval, which ends.
   *
   * @param held streams and polls that are open now
   * @returns null when there never was a connection
   */
  take(held: number): ConnectionFigures | null {
    if (!this.#isUsed) return null
    const opened = this.#opened
    this.#opened = 0
    return { open: this.#isBlind ? null : this.#upgraded + held, opened }
  }
}
