import { promises as dns } from 'node:dns'
import { isIP } from 'node:net'
import type { Networks } from './networks.js'

/** An address of a host, as `dns.lookup` gives it. */
export interface HostAddress {
  readonly address: string
  /** 4 or 6. */
  readonly family: number
}

/** All addresses of a host's name. Rejects with a code such as `ENOTFOUND`. */
export type Lookup = (hostname: string) => Promise<readonly HostAddress[]>

export const lookupBySystem: Lookup = (hostname) => dns.lookup(hostname, { all: true })

/** Why a host is not asked: a person can mend it, another attempt can't. */
export class Refusal extends Error {}

/**
 * The addresses of a URL's host that may be connected to. Connect to these and to no others: a second look at the name may give others.
 *
 * @throws Refusal if there is none; an error of the lookup if the name is not found
 */
export async function checkedAddresses(url: URL, networks: Networks, lookup: Lookup): Promise<readonly HostAddress[]> {
  const name = hostOf(url)
  const family = isIP(name)
  const all = family === 0 ? await lookup(name) : [{ address: name, family }]
  const addresses = all.filter(({ address }) => isIP(address) !== 0)
  const problem = addressesProblem(name, url.protocol, addresses, networks)
  if (problem) throw new Refusal(problem)
  return addresses.filter(({ address }) => mayConnect(url.protocol, address, networks))
}

/** Null if one of the addresses may be connected to. */
function addressesProblem(
  name: string,
  protocol: string,
  addresses: readonly HostAddress[],
  networks: Networks,
): string | null {
  const [first] = addresses
  if (!first) return `${name} has no address.`
  if (addresses.some(({ address }) => mayConnect(protocol, address, networks))) return null
  return addressProblemOf(name, first.address, networks)
}

/** @param address one that may not be connected to */
export function addressProblemOf(name: string, address: string, networks: Networks): string {
  if (networks.isPublic(address))
    return `${name} is on the public internet: its address takes https:// instead of http://.`
  const which = name === address ? name : `${name} is at ${address}, which`
  return `${which} is not on the public internet, and alerts.allowedNetworks does not allow it.`
}

export function mayConnect(protocol: string, address: string, networks: Networks): boolean {
  return networks.isAllowed(address) || (protocol === 'https:' && networks.isPublic(address))
}

/** Without the brackets of an IPv6 address. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}
