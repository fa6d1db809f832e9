import { isIP, isIPv6 } from 'node:net'
import type { Origin } from '../../http/context.js'
import type { IsProxy } from '../../http/proxies.js'

/** The address that a request comes from, as limits count: IPv4 as it is, of IPv6 the /64 that one customer has. */
export type AddressOf = (request: Request, origin: Origin) => string

/**
 * The last address of `X-Forwarded-For` that is no proxy, where the other end of the connection is one. What anybody else writes there
 * would let a guesser choose addresses; so would a word of the client behind which that of the proxy is cut off.
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

/** Without port and brackets; null for what is no address. */
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
