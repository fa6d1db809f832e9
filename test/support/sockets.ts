import { once } from 'node:events'
import { io, type Socket } from 'socket.io-client'
import { WebSocket } from 'ws'

/** A WebSocket that is open. */
export async function openSocket(port: number, path: string): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`)
  await once(socket, 'open')
  return socket
}

/** The status with which a WebSocket is refused. */
export async function refusalOf(port: number, path: string): Promise<number | undefined> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`)
  socket.on('error', () => {})
  const [, response] = await once(socket, 'unexpected-response')
  socket.terminate()
  return response.statusCode
}

export async function closeSocket(socket: WebSocket, how: 'close' | 'terminate' | 'by the server'): Promise<void> {
  const closed = once(socket, 'close')
  if (how === 'by the server') socket.send('close')
  else socket[how]()
  await closed
}

/** A client of Socket.IO that is connected. */
export async function openSocketIo(port: number, transports: readonly string[]): Promise<Socket> {
  const client = io(`http://127.0.0.1:${port}`, { transports: [...transports], forceNew: true, reconnection: false })
  await new Promise<void>((resolve, reject) => {
    client.once('connect', resolve)
    client.once('connect_error', reject)
  })
  return client
}
