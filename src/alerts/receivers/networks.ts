import { BlockList, isIP } from 'node:net'
import { invalidOption } from '../../lib/errors.js'

/**
 * Which addresses a receiver may have. What a user of the page types in is requested from inside of a network, so that only the public
 * internet, and what the operator allows, is ever asked.
 */
export interface Networks {
  /** Whether the operator named the address. */
  isAllowed(address: string): boolean
  /** Whether it is an address of the public internet. */
  isPublic(address: string): boolean
  /** Whether the operator named any. */
  readonly allowsAny: boolean
}

/** IPv4 that is no public unicast (RFC 6890), and the address at which Azure's machines find their host. */
const CLOSED_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]
/** All of IPv6 that is public, and what of it is not: protocols, Teredo, documentation, 6to4. */
const OPEN_V6 = '2000::/3'
const CLOSED_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']
/** Prefixes of 96 bits that an IPv4 address follows: mapped ones, and NAT64. */
const EMBEDDING = ['0:0:0:0:0:ffff:', '64:ff9b:0:0:0:0:']

const closedV4 = listOf(CLOSED_V4)
const openV6 = listOf([OPEN_V6])
const closedV6 = listOf(CLOSED_V6)

/**
 * @param allowed addresses and CIDR ranges
 * @throws QuasarError `invalid_option` for anything else
 */
export function networksOf(allowed: readonly string[]): Networks {
  const list = allowedList(allowed)
  return {
    allowsAny: allowed.length > 0,
    isAllowed: (address) => {
      const plain = plainAddress(address)
      return list.check(plain, familyOf(plain))
    },
    isPublic: (address) => isPublicAddress(plainAddress(address)),
  }
}

function allowedList(allowed: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of allowed) {
    try {
      addTo(list, entry)
    } catch {
      const takes = 'a list of addresses and CIDR ranges, such as ["10.1.2.3", "192.168.0.0/16", "fd00::/8"]'
      throw invalidOption('createZenith', 'alerts.allowedNetworks', takes, entry)
    }
  }
  return list
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) addTo(list, range)
  return list
}

function addTo(list: BlockList, range: string): void {
  const [address = '', bits, ...rest] = range.split('/')
  if (isIP(address) === 0 || address.includes('%') || rest.length > 0) throw new TypeError('no address')
  const plain = plainAddress(address)
  if (bits === undefined) list.addAddress(plain, familyOf(plain))
  else if (/^\d{1,3}$/.test(bits)) list.addSubnet(address, Number(bits), familyOf(address))
  else throw new TypeError('no length of a prefix')
}

function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !closedV4.check(address, 'ipv4')
  return isIP(address) === 6 && openV6.check(address, 'ipv6') && !closedV6.check(address, 'ipv6')
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}

/** Without the zone; an IPv6 address that stands for one of IPv4 as that: mapped ones, and those of NAT64. */
function plainAddress(address: string): string {
  const [plain = ''] = address.split('%')
  if (isIP(plain) !== 6) return plain
  const groups = groupsOf(plain)
  const [high = 0, low = 0] = groups.slice(6)
  const prefix = groups.slice(0, 6).map((group) => `${group.toString(16)}:`)
  return EMBEDDING.includes(prefix.join('')) ? [high >> 8, high & 255, low >> 8, low & 255].join('.') : plain
}

/** The eight groups of an IPv6 address. URL writes each as hexadecimal, with `::` for the longest run of zeros. */
function groupsOf(address: string): readonly number[] {
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [start = '', end] = text.split('::')
  const numbers = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  if (end === undefined) return numbers(start)
  const zeros = 8 - numbers(start).length - numbers(end).length
  return [...numbers(start), ...Array<number>(zeros).fill(0), ...numbers(end)]
}
