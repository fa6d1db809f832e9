import type { NodeView } from '../../api/nodes.js'
import type { Heartbeat } from '../../protocol/index.js'

/** So much later than a thread's last beat, in its intervals, its next one was due: with the jitter of both. */
const DUE_INTERVALS = 1.5
const DEFAULT_INTERVAL_MS = 10_000
/** Two nodes of one process agree on its start within this, ms. */
const SAME_START_MS = 2_000

/** The newest beat of each process, whichever of its threads it is from. */
export class Processes {
  readonly #newest = new Map<string, Heartbeat>()

  constructor(nodes: readonly NodeView[]) {
    for (const { heartbeat } of nodes) {
      const name = heartbeat && nameOf(heartbeat)
      if (name && heartbeat.timestamp > (this.#newest.get(name)?.timestamp ?? 0)) this.#newest.set(name, heartbeat)
    }
  }

  /** Whether a process beat after the next beat of one of its threads was due. Both tell the time by the same clock. */
  beatAfter(thread: Heartbeat): boolean {
    const newest = this.#newest.get(nameOf(thread) ?? '')
    if (!newest || !haveSameStart(newest, thread)) return false
    return newest.timestamp - thread.timestamp > (thread.interval ?? DEFAULT_INTERVAL_MS) * DUE_INTERVALS
  }
}

function nameOf({ hostname, pid }: Heartbeat): string | null {
  return hostname === null || pid === null ? null : `${hostname}\n${pid}`
}

/** Containers on one machine may share its name, and each has a process 1. */
function haveSameStart(one: Heartbeat, other: Heartbeat): boolean {
  const [a, b] = [startOf(one), startOf(other)]
  return a !== null && b !== null && Math.abs(a - b) < SAME_START_MS
}

/** Unix ms. */
function startOf({ timestamp, runtime }: Heartbeat): number | null {
  return runtime.uptime === null ? null : timestamp - runtime.uptime * 1_000
}
