import type { NodeView } from '../../api/nodes.js'
import type { QueueView } from '../../api/queues.js'
import { backlogOf } from '../../protocol/index.js'
import { parseNodeId } from '../../protocol/node-id.js'
import { memoryLimit } from './nodes.js'
import { highest, percentOf } from './reading.js'

/** From this share on, memory is told of as the probable cause, 0–100. */
const NEARLY_FULL = 90
/** Two times of one clock that are to be told apart, ms. */
const TOLERANCE_MS = 2_000
/** A node that takes over on another host may start this long before the old one ends, ms. */
const HANDOVER_MS = 2 * 60_000

/** What is remembered of a node. */
export interface KnownNode {
  readonly key: string
  readonly service: string
  readonly id: string
  readonly host: string | null
  readonly instance: string | null
  readonly version: string | null
  readonly state: NodeView['state']
  readonly lastSeen: number
  /** Unix ms; null if it is unknown. */
  readonly startedAt: number | null
  /** 0–100, at the last beat: of the memory's limit, of the heap's limit. */
  readonly memory: number | null
  readonly heap: number | null
}

export function knownOf(node: NodeView): KnownNode {
  const { key, service, id, state, lastSeen, heartbeat } = node
  const parts = heartbeat ? null : parseNodeId(id)
  return {
    key,
    service,
    id,
    state,
    lastSeen,
    host: hostOf(node),
    instance: heartbeat?.instance ?? null,
    version: heartbeat?.appVersion ?? null,
    startedAt: heartbeat ? startOf(heartbeat.timestamp, heartbeat.runtime.uptime) : (parts?.startedAt ?? null),
    memory: heartbeat && memoryOf(heartbeat),
    heap: heartbeat && percentOf(heartbeat.memory.process.heapUsed, heartbeat.memory.process.heapLimit),
  }
}

/** Reporters that may not ask for the name call each host `unknown`. */
export function hostOf({ heartbeat, id }: Pick<NodeView, 'heartbeat' | 'id'>): string | null {
  const name = heartbeat ? heartbeat.hostname : (parseNodeId(id)?.host ?? null)
  return name === 'unknown' ? null : name
}

function startOf(at: number, uptime: number | null): number | null {
  return uptime === null ? null : at - uptime * 1_000
}

function memoryOf(beat: NonNullable<NodeView['heartbeat']>): number | null {
  const { process, system } = beat.memory
  const limit = memoryLimit(beat)
  return highest([percentOf(process.rss, limit), system.limit === null ? null : percentOf(system.used, limit)])
}

/**
 * The node that took the place of one that vanished, if it runs the same version: after a deployment the new ones run another.
 *
 * @param live live nodes of the service that took no other place yet
 */
export function successorOf(gone: KnownNode, live: readonly KnownNode[]): KnownNode | null {
  const here = live.find((node) => isSamePlace(node, gone) && isAfter(node, gone, TOLERANCE_MS))
  const found = here ?? live.find((node) => node.version === gone.version && isAfter(node, gone, HANDOVER_MS))
  return found && found.version === gone.version ? found : null
}

function isSamePlace(node: KnownNode, gone: KnownNode): boolean {
  return node.host !== null && node.host === gone.host && node.instance === gone.instance
}

function isAfter({ startedAt }: KnownNode, gone: KnownNode, tolerance: number): boolean {
  if (startedAt === null || startedAt < gone.lastSeen - tolerance) return false
  return gone.startedAt === null || startedAt > gone.startedAt + TOLERANCE_MS
}

/** A line about a node: `web-1-…, on web-1, version 1.2.3, last seen 20 s ago: its memory was at 97 % of the limit: out of memory?` */
export function nodeLine(node: KnownNode, successor: string | null, now: number): string {
  const facts = [
    node.id,
    node.host === null ? null : `on ${node.host}`,
    node.version === null ? null : `version ${node.version}`,
    `last seen ${ago(now - node.lastSeen)}`,
    successor === null ? null : `replaced by ${successor}`,
  ]
  const cause = causeOf(node)
  return `${facts.filter((fact) => fact !== null).join(', ')}${cause ? `; ${cause}` : ''}`
}

function causeOf({ memory, heap }: KnownNode): string | null {
  if (memory !== null && memory > NEARLY_FULL)
    return `its memory was at ${Math.round(memory)} % of the limit: out of memory?`
  if (heap !== null && heap > NEARLY_FULL) return `its heap was at ${Math.round(heap)} % of V8’s limit: out of memory?`
  return null
}

function ago(ms: number): string {
  if (ms < 120_000) return `${Math.max(0, Math.round(ms / 1_000))} s ago`
  if (ms < 2 * 3_600_000) return `${Math.floor(ms / 60_000)} min ago`
  const hours = Math.floor(ms / 3_600_000)
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`
}

/** Queues that only this service reports, which nobody works on now: a line each. */
export function unworkedLines(service: string, queues: readonly QueueView[]): string[] {
  return queues.flatMap(({ name, services, workers, metrics, error }) => {
    const backlog = backlogOf(metrics) ?? 0
    if (services.length !== 1 || services[0] !== service || workers !== 0 || backlog === 0 || error !== null) return []
    return [`queue ${name} has no worker and ${whole(backlog)} waiting ${backlog === 1 ? 'job' : 'jobs'}`]
  })
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}
