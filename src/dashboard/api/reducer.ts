import { exceptionIdentity, slowIdentity } from '../../api/identity.js'
import type { NodeView } from '../../api/nodes.js'
import type { Overview, PulseDifference, PulseEvent } from '../../api/types.js'
import type { ExceptionRecord } from '../../protocol/exception.js'
import type { SlowEntry } from '../../protocol/slow-entry.js'

/** As many as the protocol's overview holds. */
const MAX_SAMPLES = 60
const MAX_RECORDS = 100

/**
 * Merges a `system_pulse` into the last state. What did not change keeps its identity, so that memoized cards of it
 * are not drawn again.
 *
 * @returns null when a difference comes without a state that it could belong to
 */
export function applyPulse(before: Overview | null, event: PulseEvent): Overview | null {
  if (event.full) {
    const { full: _, ...overview } = event
    return { ...overview, nodes: keepUnchanged(before?.nodes ?? [], overview.nodes) }
  }
  if (!before) return null
  // A question in between may have brought a newer state, which has this difference in it.
  if (event.at < before.at) return before
  return applyDifference(before, event)
}

function applyDifference(before: Overview, event: PulseDifference): Overview {
  const known = new Map(before.nodes.map((node) => [node.key, node]))
  const changed = event.nodes.map((node) => withSamplesOf(known.get(node.key), node))
  const knownQueues = new Map(before.queues.map((queue) => [queue.key, queue]))
  const queues = event.queues.map((queue) => withSamplesOf(knownQueues.get(queue.key), queue))
  return {
    ...before,
    at: event.at,
    nodes: replaceIn(before.nodes, changed, event.goneNodes, (node) => node.key),
    services: replaceIn(before.services, event.services, event.goneServices, (service) => service.service),
    queues: replaceIn(before.queues, queues, event.goneQueues, ({ key }) => key),
    totals: event.totals,
    ...(event.leftOut !== undefined && { leftOut: event.leftOut }),
    unreadable: event.unreadable,
    untrusted: event.untrusted,
    store: event.store,
  }
}

/** A difference brings new samples only; one that comes twice counts once. */
interface Sampled {
  readonly samples: readonly { readonly at: number }[]
}

function withSamplesOf<T extends Sampled>(before: T | undefined, after: T): T {
  if (!before) return after
  const last = before.samples.at(-1)?.at ?? 0
  const fresh = after.samples.filter((sample) => sample.at > last)
  return { ...after, samples: [...before.samples, ...fresh].slice(-MAX_SAMPLES) }
}

function replaceIn<T>(
  list: readonly T[],
  changed: readonly T[],
  gone: readonly string[],
  keyOf: (item: T) => string,
): readonly T[] {
  if (changed.length === 0 && gone.length === 0) return list
  const byKey = new Map(list.map((item) => [keyOf(item), item]))
  for (const key of gone) byKey.delete(key)
  for (const item of changed) byKey.set(keyOf(item), item)
  return [...byKey.values()]
}

function keepUnchanged(before: readonly NodeView[], after: readonly NodeView[]): readonly NodeView[] {
  const known = new Map(before.map((node) => [node.key, node]))
  return after.map((node) => {
    const old = known.get(node.key)
    return old && isSame(old, node) ? old : node
  })
}

function isSame(a: NodeView, b: NodeView): boolean {
  return (
    a.state === b.state &&
    a.trust === b.trust &&
    a.clockAhead === b.clockAhead &&
    a.lastSeen === b.lastSeen &&
    a.heartbeat?.timestamp === b.heartbeat?.timestamp &&
    a.samples.length === b.samples.length &&
    a.samples.at(-1)?.at === b.samples.at(-1)?.at
  )
}

/** New slow entries come oldest first and are kept newest first; one that comes twice is kept once. */
export function addSlow(before: Overview | null, entries: readonly SlowEntry[]): Overview | null {
  if (!before) return null
  return { ...before, slow: prepend(before.slow, entries, slowIdentity) }
}

/** The same for exceptions. */
export function addExceptions(before: Overview | null, records: readonly ExceptionRecord[]): Overview | null {
  if (!before) return null
  return { ...before, exceptions: prepend(before.exceptions, records, exceptionIdentity) }
}

/** Usually they are newer than all that is there; those of another service may be older. */
function prepend<T extends { readonly ts: number }>(
  list: readonly T[],
  oldestFirst: readonly T[],
  keyOf: (item: T) => string,
): readonly T[] {
  const known = new Set(list.map(keyOf))
  const fresh = oldestFirst.filter((item) => !known.has(keyOf(item)))
  if (fresh.length === 0) return list
  return [...fresh.reverse(), ...list].sort((a, b) => b.ts - a.ts).slice(0, MAX_RECORDS)
}
