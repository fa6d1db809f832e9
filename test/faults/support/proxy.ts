import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'

/** How a way to Redis is: as ever, with every answer late, or cut in the middle of what is sent. */
export type Way = 'clear' | 'late' | 'cut'

export interface FaultyProxy {
  readonly port: number
  readonly way: Way
  go(way: Way): void
  /** Ends the connections that there are. */
  reset(): void
  close(): Promise<void>
}

const LATE_MS = 2_000
/** What a report has in its middle. */
const REPORT = /zadd/i

/** A way to a Redis on a port, whatever server is there by then. */
export async function faultyProxy(redisPort: number): Promise<FaultyProxy> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => join(proxy, socket, createConnection(redisPort, '127.0.0.1'), sockets))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  let way: Way = 'clear'
  const proxy: FaultyProxy = {
    port: (server.address() as { port: number }).port,
    get way() {
      return way
    },
    go(next) {
      way = next
    },
    reset() {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
  return proxy
}

function join(proxy: FaultyProxy, socket: Socket, upstream: Socket, sockets: Set<Socket>): void {
  for (const end of [socket, upstream]) {
    sockets.add(end)
    end.on('error', () => {})
    end.on('close', () => {
      sockets.delete(end)
      socket.destroy()
      upstream.destroy()
    })
  }
  socket.on('data', (chunk) => {
    const cutAt = proxy.way === 'cut' ? chunk.toString('latin1').search(REPORT) : -1
    if (cutAt === -1) upstream.write(chunk)
    else upstream.write(chunk.subarray(0, cutAt), () => socket.resetAndDestroy())
  })
  upstream.on('data', (chunk) => {
    if (proxy.way === 'late') setTimeout(() => socket.write(chunk), LATE_MS)
    else socket.write(chunk)
  })
}
