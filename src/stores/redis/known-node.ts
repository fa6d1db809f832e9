import { performance } from 'node:perf_hooks'
import type { NodeEntry } from '../../ports/index.js'
import {
  type Heartbeat,
  heartbeatLife,
  INDEX_LIFE_MS,
  MAX_NAME_CHARS,
  parseHeartbeat,
  parseNodeMember,
} from '../../protocol/index.js'
import { beatName, NodeClock, type ReckonedBeat } from './node-clock.js'
import type { KeyText } from './texts.js'
import { timeOfScore } from './times.js'

const LARGE_BYTES = 65_536
/** A service and a node, with three bytes for each character and three characters for each byte. */
export const MAX_MEMBER_CHARS = 2 * 9 * MAX_NAME_CHARS + 10
/** How long a score is believed at most, ms: well below the shortest life of a heartbeat. */
const MAX_REST_MS = 10_000

/** Where a node of the index is kept, and what it is called. */
export interface Place {
  readonly member: string
  readonly service: string
  readonly node: string
  readonly key: string
}

/** What a node's key held when it was read last. */
export interface Known {
  readonly place: Place
  /** Its own in the index. */
  readonly score: number
  /** Null: it can't be read. */
  readonly entry: NodeEntry | null
  /** The last beat, and when it was first seen, by `performance.now()`. */
  readonly beat: KnownBeat | null
  /** Its score is of the far future, and nothing beats there. */
  readonly isStray: boolean
  readonly nodeClock: NodeClock
  /** Unix ms by Redis' clock. */
  readonly readAt: number
  /** Of the heartbeat's text. */
  readonly bytes: number
  /** Why it was not loaded. */
  readonly left: KeyText['left']
  /** What its key held; null, too, when nothing is verified. */
  readonly text: string | null
  /** When it is read again even if its score is the same, by `performance.now()`. */
  readonly dueAt: number
}

/** A beat as it was first seen. */
interface KnownBeat extends ReckonedBeat {
  readonly name: string
  readonly seenAt: number
  /** As it was written. */
  readonly heartbeat: Heartbeat
}

/** What was known of a node before. */
export interface Before {
  readonly known: Known | null
  /** The next beat was not there yet, Unix ms by Redis' clock; null when nothing is known. */
  readonly since: number | null
  /** Now, Unix ms by Redis' clock. */
  readonly now: number
  /** Whether texts are kept, to be verified later. */
  readonly keepsTexts: boolean
}

/** Where a member of the index leads to; null for what names no node. @param prefix what all keys begin with */
export function placeOf(member: string, prefix: string): Place | null {
  const names = member.length > MAX_MEMBER_CHARS ? null : parseNodeMember(member)
  // The key is the member as it stands: a foreign writer may have encoded it otherwise than we would.
  return names && { member, service: names.service, node: names.node, key: `${prefix}node:${member}` }
}

/**
 * What is known of a node once its key was read. As one literal: V8 gives each object that is spread and added to a hidden class of
 * its own.
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
    // What can't be read is not taken for a node that is lost, nor a name of the far future for a node.
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

/** Whether others prune a member of this score, for its clock is more than a day off. */
export function isFar(score: number, now: number): boolean {
  return Math.abs(now - score) > INDEX_LIFE_MS - MAX_REST_MS
}

/** Whether a beat was seen so lately that its node is there, or lost. */
export function isRemembered(beat: KnownBeat | null): boolean {
  return beat !== null && performance.now() - beat.seenAt < INDEX_LIFE_MS
}

/** A key without an end to its life stays when its reporter is gone. */
function isStale({ seenAt, heartbeat }: KnownBeat): boolean {
  return performance.now() - seenAt > heartbeatLife(heartbeat.interval ?? 0)
}

/** By Redis' clock. The key says what they are called. */
function datedBeat({ heartbeat, at }: KnownBeat, { service, node }: Place): Heartbeat {
  return { ...heartbeat, service, id: node, timestamp: at }
}

/** What is large and can't be read is not loaded again at every look. */
function restOf(heartbeat: Heartbeat | null, bytes: number): number {
  if (heartbeat) return performance.now() + Math.min(heartbeat.interval ?? 0, MAX_REST_MS)
  return bytes > LARGE_BYTES ? performance.now() + MAX_REST_MS : 0
}
