import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'

export interface HoldingProxy {
  readonly url: string
  /** Keeps what Redis answers. What is sent to Redis goes on. */
  hold(): void
  /** Hands over what was kept. */
  release(): void
  close(): Promise<void>
}

export interface Tunnel {
  readonly port: number
  /** Both ends of the connections that there are. */
  readonly sockets: ReadonlySet<Socket>
  close(): Promise<void>
}

/**
 * A way to a Redis on a port, whatever server is there by then.
 *
 * @param carry takes what comes from one end to the other
 */
export async function openTunnel(
  redisPort: number,
  carry: (socket: Socket, upstream: Socket) => void,
): Promise<Tunnel> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const upstream = createConnection(redisPort, '127.0.0.1')
    for (const end of [socket, upstream]) {
      sockets.add(end)
      end.on('error', () => {})
      end.on('close', () => {
        sockets.delete(end)
        socket.destroy()
        upstream.destroy()
      })
    }
    carry(socket, upstream)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: portOf(server.address()),
    sockets,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A way to Redis whose answers a test can keep back. */
export async function holdingProxy(redisPort: number): Promise<HoldingProxy> {
  const upstreams = new Set<Socket>()
  const tunnel = await openTunnel(redisPort, (socket, upstream) => {
    upstreams.add(upstream)
    socket.pipe(upstream)
    upstream.on('data', (chunk) => socket.write(chunk))
  })
  return {
    url: `redis://127.0.0.1:${tunnel.port}`,
    hold() {
      for (const upstream of upstreams) upstream.pause()
    },
    release() {
      for (const upstream of upstreams) upstream.resume()
    },
    close: tunnel.close,
  }
}

/** A TCP server that takes connections and never says a word. */
export async function silentServer(): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: portOf(server.address()),
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  if (address === null || typeof address === 'string') throw new Error('No TCP port was given')
  return address.port
}
