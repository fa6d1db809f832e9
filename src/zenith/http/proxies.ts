import { BlockList, isIP } from 'node:net'

/** Whether the remote address of a connection is a trusted proxy, whose headers are used. */
export type IsProxy = (peer: string | null) => boolean

/** @param networks as `isNetwork` accepts them; empty: no address is a proxy */
export function proxiesIn(networks: readonly string[]): IsProxy {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = familyOf(address)
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return (peer) => {
    if (peer === null || isIP(peer) === 0) return false
    const plain = peer.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '')
    return list.check(plain, familyOf(plain))
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
