import { isIP } from 'node:net'
import type { Origin } from './context.js'

/** Whether an address is this machine's own: 127.0.0.0/8, ::1, and both written as IPv4 in IPv6. */
export function isLoopback(address: string | null): boolean {
  if (address === null || isIP(address) === 0) return false
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '')
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'))
}

/**
 * Whether a request was sent by this machine to this machine: the socket's other end is loopback, and so is the name that
 * was asked for (another name that resolves to 127.0.0.1 is how a foreign page would get in). Headers of a proxy are never
 * believed, but where one says that the client is elsewhere, the request is not local; nor is one that only a proxy would
 * send.
 */
export function isLocal(request: Request, { peer, isOldHttp }: Origin): boolean {
  if (isOldHttp || !isLoopback(peer) || !isLocalHost(request.headers.get('host') ?? new URL(request.url).host))
    return false
  const { headers } = request
  const forwardedHost = headers.get('x-forwarded-host')
  const clients = `${headers.get('x-forwarded-for') ?? ''},${headers.get('x-real-ip') ?? ''}`.split(',')
  return (
    headers.get('forwarded') === null &&
    headers.get('via') === null &&
    (forwardedHost === null || isLocalHost(forwardedHost)) &&
    clients.every((client) => client.trim() === '' || isLoopback(client.trim()))
  )
}

function isLocalHost(host: string): boolean {
  const name = host.toLowerCase().replace(/:\d+$/, '')
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  return isLoopback(name.replace(/^\[(.*)\]$/, '$1'))
}
