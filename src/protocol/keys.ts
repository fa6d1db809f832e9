import { DEFAULT_PREFIX, MAX_NAME_CHARS } from './limits.js'

/** The Redis keys of one namespace. */
export interface Keys {
  readonly prefix: string
  node(service: string, node: string): string
  /** @param rank from 1; the first one has no number in its key */
  queues(service: string, rank?: number): string
  slow(service: string): string
  errors(service: string): string
  rollup(service: string): string
  history(service: string): string
  /** A stream of what nodes reported of queues, by the minute. */
  queueHistory(service: string): string
  /** A stream of what jobs finished. */
  jobs(service: string): string
  queuesLease(service: string, rank?: number): string
  readonly nodeIndex: string
  /** Members: `{service}` or `{service}:{rank}`, as in the keys of snapshots. */
  readonly queueIndex: string
  /** Services that reported lately, also those whose last node has left. */
  readonly serviceIndex: string
  /** Prefix of Zenith's own keys and of no others: no ACL pattern of a reporter covers them, whatever its prefix. */
  readonly own: string
  readonly audit: string
  /** A stream of one entry: the position of the audit trail's end. */
  readonly auditHead: string
  /** A hash of small documents of Zenith, by id. */
  kept(kind: string): string
  /** A lease, which one Zenith holds while the others wait. */
  lease(name: string): string
  /** A stream of queues that Zenith reads and no app reports, by the minute. */
  readonly ownQueueHistory: string
  /** A sorted set of names that must wait, and until when. */
  readonly debts: string
  /** Marks that Zenith's own data was migrated from the keys of earlier versions. */
  readonly moved: string
  /** Keys of Zenith's own data in earlier versions: among those of reporters. */
  readonly former: { readonly audit: string; kept(kind: string): string; lease(name: string): string }
}

/**
 * Builds the key names of a namespace. Service and node names are percent-encoded, so that `:` and the characters of glob patterns in them
 * are harmless.
 *
 * @param prefix ends with `:`; defaults to `gravito:quasar:`
 * @example keysOf().node('shop', 'web:1') // 'gravito:quasar:node:shop:web%3A1'
 */
export function keysOf(prefix: string = DEFAULT_PREFIX): Keys {
  const own = ownPrefix(prefix)
  return {
    prefix,
    node: (service, node) => `${prefix}node:${nodeMember(service, node)}`,
    queues: (service, rank = 1) => `${prefix}queues:${queuesMember(service, rank)}`,
    slow: (service) => `${prefix}slow:${encodeSegment(service)}`,
    errors: (service) => `${prefix}errors:${encodeSegment(service)}`,
    rollup: (service) => `${prefix}rollup:${encodeSegment(service)}`,
    history: (service) => `${prefix}history:${encodeSegment(service)}`,
    queueHistory: (service) => `${prefix}queue-history:${encodeSegment(service)}`,
    jobs: (service) => `${prefix}jobs:${encodeSegment(service)}`,
    queuesLease: (service, rank = 1) => `${prefix}lease:queues:${queuesMember(service, rank)}`,
    nodeIndex: `${prefix}index:nodes`,
    queueIndex: `${prefix}index:queues`,
    serviceIndex: `${prefix}index:services`,
    own,
    audit: `${own}audit`,
    auditHead: `${own}audit-head`,
    kept: (kind) => `${own}kept/${encodeSegment(kind)}`,
    lease: (name) => `${own}lease/${encodeSegment(name)}`,
    ownQueueHistory: `${own}queue-history`,
    debts: `${own}debts`,
    moved: `${own}moved`,
    former: {
      audit: `${prefix}audit`,
      kept: (kind) => `${prefix}kept:${encodeSegment(kind)}`,
      lease: (name) => `${prefix}lease:${encodeSegment(name)}`,
    },
  }
}

/**
 * Every prefix ends with a colon, and none of Zenith's own keys has one: so such a key never begins with a prefix, even where prefixes
 * nest. The namespace's prefix is percent-encoded in it, so that two namespaces share nothing and glob characters have no effect.
 *
 * @example ownPrefix('gravito:quasar:') // 'gravito-zenith/gravito%3Aquasar/'
 */
function ownPrefix(prefix: string): string {
  return `gravito-zenith/${encodeSegment(prefix.replace(/:$/, ''))}/`
}

/** The member of `index:nodes` for a node: `{service}:{node}`, each percent-encoded. */
export function nodeMember(service: string, node: string): string {
  return `${encodeSegment(service)}:${encodeSegment(node)}`
}

/** The member of `index:queues` for a snapshot. @param rank from 1 */
export function queuesMember(service: string, rank: number): string {
  return rank === 1 ? encodeSegment(service) : `${encodeSegment(service)}:${rank}`
}

/**
 * Identifies a queue in URLs: the same wherever and by whichever node it is read.
 *
 * @example queueKeyOf({ driver: 'bullmq', place: '127.0.0.1:6379/0 bull', name: 'mail' }) // 'bullmq:1c9f03ab:mail'
 */
export function queueKeyOf({ driver, place, name }: { driver: string; place: string | null; name: string }): string {
  return `${driver}:${place === null ? '-' : fnv1a(place)}:${encodeSegment(name)}`
}

/** 32 bits in hexadecimal, of UTF-16 code units; {@link http://www.isthe.com/chongo/tech/comp/fnv/ FNV-1a}. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0
  }
  return hash.toString(16).padStart(8, '0')
}

/** Two names of {@link MAX_NAME_CHARS}; each character may be three bytes and each byte `%XX`. */
const MAX_MEMBER_CHARS = 2 * 9 * MAX_NAME_CHARS + 1

/** Parses a member of `index:nodes` (or the end of a node's key); null if it is invalid. */
export function parseNodeMember(member: string): { service: string; node: string } | null {
  if (member.length > MAX_MEMBER_CHARS) return null
  const colon = member.indexOf(':')
  if (colon <= 0 || colon === member.length - 1) return null
  return { service: decodeSegment(member.slice(0, colon)), node: decodeSegment(member.slice(colon + 1)) }
}

/** What no encoding changes, as most names are: a refresh makes two keys for each node of a fleet. */
const PLAIN = /^[\w.~-]*$/

/** Percent-encodes like `encodeURIComponent`, and also the glob character `*`. Lone surrogates become U+FFFD. */
export function encodeSegment(text: string): string {
  if (PLAIN.test(text)) return text
  return encodeURIComponent(text.toWellFormed()).replaceAll('*', '%2A')
}

/** Reverses {@link encodeSegment}. A foreign reporter's name with no or an invalid encoding is returned unchanged. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
