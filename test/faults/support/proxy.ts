import type { Socket } from 'node:net'
import { openTunnel } from '../../support/redis-proxy.js'

/** How a way to Redis is: as ever, with every answer late, or cut in the middle of what is sent. */
export type Way = 'clear' | 'late' | 'cut'

export interface FaultyProxy {
  readonly port: number
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
  let way: Way = 'clear'

  function carry(socket: Socket, upstream: Socket): void {
    socket.on('data', (chunk) => {
      const cutAt = way === 'cut' ? chunk.toString('latin1').search(REPORT) : -1
      if (cutAt === -1) upstream.write(chunk)
      else upstream.write(chunk.subarray(0, cutAt), () => socket.resetAndDestroy())
    })
    upstream.on('data', (chunk) => {
      if (way === 'late') setTimeout(() => socket.write(chunk), LATE_MS)
      else socket.write(chunk)
    })
  }

  const { port, sockets, close } = await openTunnel(redisPort, carry)
  return {
    port,
    go(next) {
      way = next
    },
    reset() {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    close,
  }
}
