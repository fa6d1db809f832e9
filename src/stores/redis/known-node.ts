import { performance } from 'node:perf_hooks'
import type { NodeEntry } from '../../ports/index.js'
import {
  type Heartbeat,
  heartbeatLife,
  INDEX_LIFE_MS,
  MAX_NAME_CHARS,
  parseHeartbeat,
  parseNodeMember,
  shiftBlocked,
} from '../../protocol/index.js'
import { beatName, NodeClock, type ReckonedBeat } from './node-clock.js'
import type { KeyText } from './texts.js'
import { timeOfScore } from './times.js'

const LARGE_BYTES = 65_536
/** A service and a node: three bytes per character, three characters per encoded byte. */
export const MAX_MEMBER_CHARS = 2 * 9 * MAX_NAME_CHARS + 10
/** Longest time without reading an unchanged node, ms: well below the shortest TTL of a heartbeat. */
const MAX_REST_MS = 10_000

/** Key and names of a node of the index. */
export interface Place {
  readonly member: string
  readonly service: string
  readonly node: string
  readonly key: string
}

/** A node as of its last read. */
export interface Known {
  readonly place: Place
  /** In the index. */
  readonly score: number
  /** Null if unreadable. */
  readonly entry: NodeEntry | null
  /** The last beat, and when it was first seen, by `performance.now()`. */
  readonly beat: KnownBeat | null
  /** Its score is in the far future, and it has no heartbeat. */
  readonly isStray: boolean
  readonly nodeClock: NodeClock
  /** Unix ms by Redis' clock. */
  readonly readAt: number
  /** Size of the heartbeat's text. */
  readonly bytes: number
  /** Why it was not loaded. */
  readonly left: KeyText['left']
  /** The heartbeat's text; null, too, when nothing is verified. */
  readonly text: string | null
  /** When it is read again although its score is unchanged, by `performance.now()`. */
  readonly dueAt: number
}

/** A beat as it was first seen. */
interface KnownBeat extends ReckonedBeat {
  readonly name: string
  readonly seenAt: number
  /** As written. */
  readonly heartbeat: Heartbeat
}

/** A node before this read. */
export interface Before {
  readonly known: Known | null
  /** The new beat was written after this time, Unix ms by Redis' clock; null if unknown. */
  readonly since: number | null
  /** Unix ms by Redis' clock. */
  readonly now: number
  /** Whether to keep texts for verification. */
  readonly keepsTexts: boolean
}

/** Null for a member that names no node. @param prefix of all keys */
export function placeOf(member: string, prefix: string): Place | null {
  const names = member.length > MAX_MEMBER_CHARS ? null : parseNodeMember(member)
  // The member is not encoded again: another writer may encode it differently.
  return names && { member, service: names.service, node: names.node, key: `${prefix}node:${member}` }
}

/**
 * Written as one literal: V8 gives each object that is built by spreading a hidden class of its own.
 */
export function knownOf(
  place: Place,
  score: number,
  { text, unreadable, bytes, left }: KeyText,
  before: Before,
): Known {
  const { known, now, keepsTexts } = before
  const { service, node } = place
  const heartbeat = parseHeartbeat(text, place)
  const nodeClock = known?.nodeClock ?? new NodeClock()
  const beat = heartbeat ? beatOf(heartbeat, score, nodeClock, before) : (known?.beat ?? null)
  const isReadable = heartbeat !== null || (text === null && !unreadable && !left)
  const isStray = beat === null && score > now + INDEX_LIFE_MS
  const entry: NodeEntry = {
    service,
    node,
    lastBeat: beat?.at ?? timeOfScore(score, now),
    clockAhead: beat?.ahead ?? null,
    heartbeat: heartbeat && beat && !isStale(beat) ? datedBeat(beat, place) : null,
  }
  return {
    place,
    score,
    beat,
    nodeClock,
    // An unreadable node is not lost, and a member in the far future without a heartbeat is no node.
    entry: isReadable && !isStray ? entry : null,
    isStray,
    bytes: heartbeat ? bytes : (known?.bytes ?? 0),
    left,
    text: keepsTexts ? text : null,
    readAt: now,
    dueAt: restOf(heartbeat, bytes),
  }
}

function beatOf(heartbeat: Heartbeat, score: number, nodeClock: NodeClock, { known, since, now }: Before): KnownBeat {
  const name = beatName(heartbeat)
  if (known?.beat?.name === name) return { ...known.beat, heartbeat }
  const earliest = now - heartbeatLife(heartbeat.interval ?? 0)
  const evidence = { score, now, since: Math.min(now, Math.max(earliest, since ?? earliest)) }
  return { ...nodeClock.reckon(heartbeat, evidence), name, heartbeat, seenAt: performance.now() }
}

/** Whether other nodes prune a member of this score, because its clock differs by more than a day. */
export function isFar(score: number, now: number): boolean {
  return Math.abs(now - score) > INDEX_LIFE_MS - MAX_REST_MS
}

/** Whether a beat is so recent that its node is live, or lost. */
export function isRemembered(beat: KnownBeat | null): boolean {
  return beat !== null && performance.now() - beat.seenAt < INDEX_LIFE_MS
}

/** A key without a TTL stays when its reporter is gone. */
function isStale({ seenAt, heartbeat }: KnownBeat): boolean {
  return performance.now() - seenAt > heartbeatLife(heartbeat.interval ?? 0)
}

/** With its times by Redis' clock, and the names of the key. */
export function datedBeat(
  { heartbeat, at }: Pick<KnownBeat, 'heartbeat' | 'at'>,
  { service, node }: Pick<Place, 'service' | 'node'>,
): Heartbeat {
  const blocked = shiftBlocked(heartbeat.blocked, at - heartbeat.timestamp)
  return { ...heartbeat, service, id: node, timestamp: at, blocked }
}

/** A large unreadable value is not loaded again at every read. */
function restOf(heartbeat: Heartbeat | null, bytes: number): number {
  if (heartbeat) return performance.now() + Math.min(heartbeat.interval ?? 0, MAX_REST_MS)
  return bytes > LARGE_BYTES ? performance.now() + MAX_REST_MS : 0
}
