import { escapeGlob } from '../../lib/glob.js'
import { decodeSegment, type Keys, parseNodeMember } from '../../protocol/index.js'

/** The key of a heartbeat whose reporter writes no index. */
export interface ForeignKey {
  readonly service: string
  readonly node: string
  /** The part of the key that names service and node, unparsed. */
  readonly tail: string
  /** Under `pulse:`, as in protocol 1 and the older SDK. */
  readonly isPulse: boolean
  /** Whether the key must be a heartbeat: then any other text counts as unreadable. */
  readonly isCertain: boolean
}

const PULSE = 'pulse:'
const PULSE_SERVER = 'pulse:server:'
const PULSE_QUEUES = 'pulse:queues:'
/** Second words of `pulse:` keys that are no services. */
const PULSE_WORDS = new Set(['server', 'queues', 'slow', 'errors', 'rollup', 'lease', 'index'])

export const pulseKeys = {
  slow: (app: string) => `pulse:slow:${app}`,
  errors: (app: string) => `pulse:errors:${app}`,
}

/** Glob patterns of SCAN. */
export function foreignPatterns(keys: Keys): string[] {
  return [`${escapeGlob(nodePrefix(keys))}*`, `${escapeGlob(queuesPrefix(keys))}*`, `${PULSE}*`]
}

/** The service of a queue snapshot, for a text that does not name it; null for another key. */
export function serviceOfQueuesKey(keys: Keys, key: string): string | null {
  const prefix = [queuesPrefix(keys), PULSE_QUEUES].find((one) => key.startsWith(one))
  const member = prefix && key.slice(prefix.length)
  return member ? decodeSegment(member.replace(/:\d+$/, '')) : null
}

/** Null for a key that cannot be a heartbeat. */
export function parseForeignKey(keys: Keys, key: string): ForeignKey | null {
  const prefix = nodePrefix(keys)
  if (key.startsWith(prefix)) return named(key.slice(prefix.length), false, true)
  if (key.startsWith(PULSE_SERVER)) return named(key.slice(PULSE_SERVER.length), true, true)
  if (!key.startsWith(PULSE)) return null
  const pulse = named(key.slice(PULSE.length), true, false)
  return pulse && !PULSE_WORDS.has(pulse.service) ? pulse : null
}

function named(tail: string, isPulse: boolean, isCertain: boolean): ForeignKey | null {
  const names = parseNodeMember(tail)
  return names && { ...names, tail, isPulse, isCertain }
}

function queuesPrefix(keys: Keys): string {
  return `${keys.prefix}queues:`
}

function nodePrefix(keys: Keys): string {
  return `${keys.prefix}node:`
}
