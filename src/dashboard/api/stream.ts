/** An event stream that is opened again for ever. */
export interface Stream {
  /** Drops the connection and opens a new one at once. */
  reopen(): void
  close(): void
}

export interface StreamHandlers {
  onOpen(): void
  /** @param data the text of the event */
  onEvent(name: string, data: string): void
  /** @param gaveUp true when the browser will not try again by itself; this stream will */
  onLost(gaveUp: boolean): void
}

const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 15_000

/**
 * The browser reconnects by itself after a broken connection, and says which event it saw last; after an answer that
 * is no event stream (a proxy's 502, a 401) it gives up. Then this opens a new one, later and later, up to every 15 s.
 */
export function openStream(url: string, names: readonly string[], handlers: StreamHandlers): Stream {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let delay = FIRST_RETRY_MS

  function connect() {
    disconnect()
    const current = new EventSource(url)
    source = current
    current.onopen = () => {
      delay = FIRST_RETRY_MS
      handlers.onOpen()
    }
    current.onerror = () => {
      const gaveUp = current.readyState === EventSource.CLOSED
      if (gaveUp) retryLater()
      handlers.onLost(gaveUp)
    }
    for (const name of names) {
      current.addEventListener(name, (event: MessageEvent<string>) => handlers.onEvent(name, event.data))
    }
  }

  function retryLater() {
    clearTimeout(timer)
    // Many pages that lose one server must not all come back in the same instant.
    timer = setTimeout(connect, delay * (0.75 + Math.random() / 2))
    delay = Math.min(delay * 2, LAST_RETRY_MS)
  }

  function disconnect() {
    clearTimeout(timer)
    source?.close()
  }

  connect()
  return { reopen: connect, close: disconnect }
}
