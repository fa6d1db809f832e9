import type { NodeView } from '../../api/nodes.js'
import type { NodeEntry } from '../../ports/index.js'
import { INDEX_LIFE_MS, nodeMember } from '../../protocol/index.js'
import { MAX_NODES } from '../../protocol/read-limits.js'
import {
  type FleetChange,
  hideReplaced,
  isFresh,
  type Known,
  lifeOf,
  meet,
  noteBeat,
  setState,
  trustOf,
} from './known-node.js'
import { Processes } from './processes.js'
import { type Life, replacedOf } from './replaced.js'
import { type AliveSpan, aliveSpans } from './services/alive.js'

/** How long a node that shut down cleanly is shown, in ms. */
const LEFT_FOR_MS = 60_000

/** All nodes that Zenith knows of, and what became of them. */
export class Fleet {
  readonly #nodes = new Map<string, Known>()
  /** Forgotten nodes that the store still lists, by key, and their last beats. */
  readonly #forgotten = new Map<string, number>()
  /** As of this look, once it is asked for. */
  #processes: Processes | null = null

  get views(): NodeView[] {
    return [...this.#nodes.values()].filter((known) => !known.isHidden).map((known) => known.view)
  }

  /** When the nodes of a service ran, hidden ones too. */
  readonly aliveOf = (service: string): readonly AliveSpan[] => {
    const views = [...this.#nodes.values()].map(({ view }) => view)
    return aliveSpans(views.filter((view) => view.service === service))
  }

  /** Whether the node lost records within a time. */
  droppedSince(key: string, since: number): boolean {
    return (this.#nodes.get(key)?.droppedAt ?? 0) > since
  }

  /** Drops a node until it beats again. */
  forget(key: string): void {
    const known = this.#nodes.get(key)
    if (!known || known.view.state === 'live') return
    this.#nodes.delete(key)
    this.#forgotten.set(key, known.beatAt)
  }

  /**
   * @param now Unix ms
   * @param trusted false after an outage: then a node that is missing may as well be in a store that lost its memory, so
   *   that it counts as lost and not as left
   */
  update(entries: readonly NodeEntry[], now: number, trusted: boolean): FleetChange {
    const change: FleetChange = { changed: [], gone: [] }
    const present = new Set<string>()
    /** Services in which a node came, vanished or returned. */
    const stirred = new Set<string>()
    this.#processes = null
    for (const entry of newest(entries)) {
      const key = nodeMember(entry.service, entry.node)
      present.add(key)
      if (entry.lastBeat <= (this.#forgotten.get(key) ?? Number.NEGATIVE_INFINITY)) continue
      this.#forgotten.delete(key)
      const before = this.#nodes.get(key)?.view.state
      this.#see(key, entry, now, change)
      if (this.#nodes.get(key)?.view.state !== before) stirred.add(entry.service)
    }
    for (const [key, known] of this.#nodes) {
      if (present.has(key)) continue
      const before = known.view.state
      this.#miss(key, known, now, trusted, change)
      if (known.view.state !== before) stirred.add(known.view.service)
    }
    for (const key of this.#forgotten.keys()) if (!present.has(key)) this.#forgotten.delete(key)
    if (stirred.size > 0) this.#judge(stirred, now, change)
    return change
  }

  /** Finds which of the lost nodes of some services are replaced. One that is stays so until it beats again. */
  #judge(services: ReadonlySet<string>, now: number, change: FleetChange): void {
    const lives = new Map<string, Life[]>()
    for (const known of this.#nodes.values()) {
      const { service, state } = known.view
      if (!services.has(service) || state === 'left') continue
      const group = lives.get(service)
      const life = lifeOf(known, state)
      if (group) group.push(life)
      else lives.set(service, [life])
    }
    for (const group of lives.values()) {
      if (!group.some(({ state }) => state === 'lost')) continue
      for (const key of replacedOf(group)) {
        const known = this.#nodes.get(key)
        if (!known) continue
        setState(known, 'replaced', change)
        hideReplaced(known, now)
      }
    }
  }

  #see(key: string, entry: NodeEntry, now: number, change: FleetChange): void {
    const known = this.#nodes.get(key)
    const beat = entry.heartbeat
    if (!known) {
      const node = meet(key, entry, now)
      this.#nodes.set(key, node)
      change.changed.push(node.view)
      return
    }
    known.isListed ||= beat === null
    const trust = trustOf(entry, known.view)
    // The clock of one that beats may stand still.
    const isNewBeat =
      beat !== null && (beat.timestamp !== known.view.heartbeat?.timestamp || entry.lastBeat !== known.beatAt)
    // One of the same time that is signed otherwise is another one.
    if (isNewBeat || (beat !== null && trust !== known.view.trust)) {
      known.leftAt = null
      known.isHidden = false
      noteBeat(known, entry, beat, trust, now, change)
      return
    }
    if (isFresh(beat, known, now)) setState(known, 'live', change, trust)
    else if (known.view.state === 'replaced') hideReplaced(known, now)
    else if (known.leftAt === null && !this.#outlived(known.view)) setState(known, 'lost', change, trust)
    else this.#leave(key, known, now, change)
  }

  /** Its name stays in the index: nothing took it away. */
  #leave(key: string, known: Known, now: number, change: FleetChange): void {
    known.leftAt ??= now
    if (known.isHidden) return
    setState(known, 'left', change)
    if (now - known.leftAt <= LEFT_FOR_MS) return
    known.isHidden = true
    change.gone.push(key)
  }

  /** Whether it is a thread whose process beat by another node when this one should have: then the thread alone has ended. */
  #outlived({ heartbeat }: NodeView): boolean {
    if (!heartbeat || heartbeat.thread === null) return false
    this.#processes ??= new Processes(this.views)
    return this.#processes.beatAfter(heartbeat)
  }

  #miss(key: string, known: Known, now: number, trusted: boolean, change: FleetChange): void {
    const goneFor = now - (known.leftAt ?? known.view.lastSeen)
    const isCrowdedOut = this.#nodes.size > MAX_NODES && known.view.state !== 'live'
    // Another Zenith forgot it.
    const isForgotten = trusted && known.isListed && known.view.state === 'lost'
    if (isCrowdedOut || isForgotten || goneFor > (known.leftAt === null ? INDEX_LIFE_MS : LEFT_FOR_MS)) {
      this.#nodes.delete(key)
      change.gone.push(key)
      return
    }
    if (known.view.state === 'replaced') hideReplaced(known, now)
    if (known.view.state !== 'live') return
    // Its heartbeat ran out and it never was in the index, or it took both away itself: that is how a node leaves.
    const ranOut = !trusted || (!isFresh(known.view.heartbeat, known, now) && !this.#outlived(known.view))
    if (!ranOut) known.leftAt = now
    setState(known, ranOut ? 'lost' : 'left', change)
  }
}

function newest(entries: readonly NodeEntry[]): readonly NodeEntry[] {
  if (entries.length <= MAX_NODES) return entries
  return [...entries].sort((a, b) => b.lastBeat - a.lastBeat).slice(0, MAX_NODES)
}
