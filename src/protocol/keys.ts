import { DEFAULT_PREFIX } from './limits.js'

/** The Redis keys of one namespace. */
export interface Keys {
  readonly prefix: string
  node(service: string, node: string): string
  queues(service: string): string
  slow(service: string): string
  errors(service: string): string
  rollup(service: string): string
  history(service: string): string
  queuesLease(service: string): string
  readonly nodeIndex: string
}

/**
 * Builds the key names of a namespace. Service and node names are percent-encoded, so `:` and the characters of
 * glob patterns in them are harmless.
 *
 * @param prefix ends with `:`; defaults to `gravito:quasar:`
 * @example keysOf().node('shop', 'web:1') // 'gravito:quasar:node:shop:web%3A1'
 */
export function keysOf(prefix: string = DEFAULT_PREFIX): Keys {
  return {
    prefix,
    node: (service, node) => `${prefix}node:${nodeMember(service, node)}`,
    queues: (service) => `${prefix}queues:${encodeSegment(service)}`,
    slow: (service) => `${prefix}slow:${encodeSegment(service)}`,
    errors: (service) => `${prefix}errors:${encodeSegment(service)}`,
    rollup: (service) => `${prefix}rollup:${encodeSegment(service)}`,
    history: (service) => `${prefix}history:${encodeSegment(service)}`,
    queuesLease: (service) => `${prefix}lease:queues:${encodeSegment(service)}`,
    nodeIndex: `${prefix}index:nodes`,
  }
}

/** The member of `index:nodes` that stands for a node: `{service}:{node}`, each percent-encoded. */
export function nodeMember(service: string, node: string): string {
  return `${encodeSegment(service)}:${encodeSegment(node)}`
}

/** Takes a member of `index:nodes` (or the end of a node's key) apart; null when it is none. */
export function parseNodeMember(member: string): { service: string; node: string } | null {
  const colon = member.indexOf(':')
  if (colon <= 0 || colon === member.length - 1) return null
  return { service: decodeSegment(member.slice(0, colon)), node: decodeSegment(member.slice(colon + 1)) }
}

/** Percent-encodes what `encodeURIComponent` does, and besides it the glob character `*`. Lone surrogates become U+FFFD. */
export function encodeSegment(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll('*', '%2A')
}

/** Undoes {@link encodeSegment}. A foreign reporter's name that is not encoded, or wrongly, is taken as it stands. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
