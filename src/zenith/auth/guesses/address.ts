import { isIP, isIPv6 } from 'node:net'
import type { Origin } from '../../http/context.js'
import type { IsProxy } from '../../http/proxies.js'

/** The address that a request counts for: an IPv4 address, or the /64 network of an IPv6 address, which one customer has. */
export type AddressOf = (request: Request, origin: Origin) => string

/**
 * The last address in `X-Forwarded-For` that is no proxy, if the remote address of the connection is one. Any other value there would let a
 * guesser choose addresses, and so would a client's value that remains when the proxy's own is cut off.
 */
export function clientAddress(isProxy: IsProxy): AddressOf {
  return (request, { peer, isCut }) => {
    if (peer === null) return 'unknown'
    if (!isProxy(peer) || isCut) return networkOf(peer)
    const hops = (request.headers.get('x-forwarded-for') ?? '').split(',').map(plainAddress)
    for (let hop = hops.pop(); hop; hop = hops.pop()) if (!isProxy(hop) || hops.length === 0) return networkOf(hop)
    return networkOf(peer)
  }
}

/** Without port and brackets; null for invalid addresses. */
function plainAddress(text: string): string | null {
  const bare = text.trim().replace(/^\[(.*)\](:\d+)?$/, '$1')
  const address = isIP(bare) === 0 ? bare.replace(/:\d+$/, '') : bare
  return isIP(address) === 0 ? null : address
}

function networkOf(address: string): string {
  const plain = address
    .toLowerCase()
    .replace(/^::ffff:(?=\d+\.)/, '')
    .replace(/%.*$/, '')
  if (!isIPv6(plain)) return plain
  const [head = '', tail = ''] = new URL(`http://[${plain}]/`).hostname.slice(1, -1).split('::')
  const [before, after] = [head, tail].map((part) => part.split(':').filter((group) => group !== '')) as [
    string[],
    string[],
  ]
  const zeros = Array<string>(8 - before.length - after.length).fill('0')
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`
}
