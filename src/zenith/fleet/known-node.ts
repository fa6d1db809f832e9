import type { NodeSample, NodeView } from '../../api/nodes.js'
import type { NodeState } from '../../api/words.js'
import type { NodeEntry } from '../../ports/index.js'
import { type Heartbeat, heartbeatLife } from '../../protocol/index.js'
import { parseNodeId } from '../../protocol/node-id.js'
import type { Life } from './replaced.js'

const MAX_SAMPLES = 60
/** How long after its last beat a replaced node is shown, in ms: about a minute longer than it took to notice that it vanished. */
const REPLACED_FOR_MS = 90_000
const DEFAULT_INTERVAL_MS = 10_000

/** A node that Zenith knows of. */
export interface Known {
  view: NodeView
  /** When its last beat was written, Unix ms by the store's clock. */
  beatAt: number
  /** When Zenith saw it change; null when it saw only one: the store's clock may be set. */
  beatSeenAt: number | null
  leftAt: number | null
  /** The store listed it after its heartbeat had expired. */
  isListed: boolean
  /** It left or was replaced long enough ago, and only its place in the index is left of it. */
  isHidden: boolean
  /** Records that the node lost since the last look. */
  droppedAt: number | null
}

/** What tells where and when a node ran. */
interface Lived {
  readonly view: Pick<NodeView, 'key' | 'id' | 'lastSeen' | 'heartbeat' | 'clockAhead'>
  readonly beatAt: number
}

/** What a look at the nodes changed. */
export interface FleetChange {
  /** Whole but for `samples`, which holds the new ones only. */
  changed: NodeView[]
  /** Keys. */
  gone: string[]
}

export function hideReplaced(known: Known, now: number): void {
  known.isHidden ||= now - known.view.lastSeen > REPLACED_FOR_MS
}

/** Of a node whose beat Zenith never saw, only its id tells where and since when it ran. */
export function lifeOf(
  { view: { key, id, lastSeen, heartbeat, clockAhead }, beatAt }: Lived,
  state: Life['state'],
): Life {
  if (!heartbeat) {
    const parts = parseNodeId(id)
    const startedAt = parts && parts.startedAt - (clockAhead ?? 0)
    return { key, state, lastSeen, host: hostOf(parts?.host), instance: undefined, startedAt }
  }
  const { hostname, instance, runtime } = heartbeat
  const startedAt = runtime.uptime === null ? null : beatAt - runtime.uptime * 1_000
  return { key, state, lastSeen, host: hostOf(hostname), instance, startedAt }
}

/** Reporters that may not ask for the name call each host `unknown`. */
function hostOf(name: string | null = null): string | null {
  return name === 'unknown' ? null : name
}

export function meet(key: string, entry: NodeEntry, now: number): Known {
  const heartbeat = entry.heartbeat
  const view: NodeView = {
    key,
    service: entry.service,
    id: entry.node,
    state: isFresh(heartbeat, { beatAt: entry.lastBeat, beatSeenAt: null }, now) ? 'live' : 'lost',
    lastSeen: Math.min(now, entry.lastBeat),
    clockAhead: entry.clockAhead ?? null,
    heartbeat,
    samples: heartbeat ? [sampleOf(heartbeat)] : [],
    trust: entry.trust ?? null,
  }
  return {
    view,
    beatAt: entry.lastBeat,
    beatSeenAt: null,
    leftAt: null,
    isListed: !heartbeat,
    isHidden: false,
    droppedAt: null,
  }
}

/** What took the place of its heartbeat may have been left out, and still says something. */
export function trustOf(entry: NodeEntry, view: NodeView): NodeView['trust'] {
  return entry.trust ?? view.trust
}

export function noteBeat(
  known: Known,
  entry: NodeEntry,
  beat: Heartbeat,
  trust: NodeView['trust'],
  now: number,
  change: FleetChange,
): void {
  const previous = known.view.heartbeat
  const sample = sampleOf(beat)
  if ((beat.recorder?.dropped ?? 0) > (previous?.recorder?.dropped ?? 0)) known.droppedAt = now
  if (previous) known.beatSeenAt = now
  known.beatAt = entry.lastBeat
  known.view = {
    ...known.view,
    state: isFresh(beat, known, now) ? 'live' : 'lost',
    lastSeen: Math.min(now, entry.lastBeat),
    clockAhead: entry.clockAhead ?? null,
    heartbeat: beat,
    trust,
    samples: [...known.view.samples, sample].slice(-MAX_SAMPLES),
  }
  change.changed.push({ ...known.view, samples: [sample] })
}

export function setState(known: Known, state: NodeState, change: FleetChange, trust = known.view.trust): void {
  if (known.view.state === state && known.view.trust === trust) return
  known.view = { ...known.view, state, trust }
  change.changed.push({ ...known.view, samples: [] })
}

export function isFresh(
  heartbeat: Heartbeat | null,
  { beatAt, beatSeenAt }: Pick<Known, 'beatAt' | 'beatSeenAt'>,
  now: number,
): boolean {
  if (!heartbeat) return false
  const age = Math.min(now - beatAt, beatSeenAt === null ? Number.POSITIVE_INFINITY : now - beatSeenAt)
  return age < heartbeatLife(heartbeat.interval ?? DEFAULT_INTERVAL_MS)
}

/** A node that reports no process, such as the agent's for a host, has the machine's figures. */
function sampleOf(heartbeat: Heartbeat): NodeSample {
  const { cpu, memory } = heartbeat
  return {
    at: heartbeat.timestamp,
    cpu: cpu.process ?? cpu.system,
    rss: memory.process.rss ?? memory.system.used,
    loop: heartbeat.eventLoop?.p99 ?? null,
    rate: heartbeat.requests?.rate ?? null,
  }
}
