import type { QueueEntry, QueueSnapshot } from '../../../protocol/index.js'
import { namesOf } from './identity.js'
import type { OwnEntry, OwnSource } from './own-source.js'

/** One queue as somebody saw it. */
export interface Observation {
  readonly entry: QueueEntry
  /** Unix ms. */
  readonly at: number
  /** Who reports it; null for what this Zenith sees by itself. */
  readonly service: string | null
  /** Which of its nodes, as {@link reporterOf} names it; null with no service. */
  readonly reporter: string | null
  /** Places that it had before, as far as this Zenith's own sources know. */
  readonly formerPlaces?: readonly string[]
}

/** All that is seen of one queue. */
export interface ObservedQueue {
  readonly observations: Observation[]
  /** Null where nobody can tell its server. */
  readonly server: string | null
}

/** Names the node that wrote a snapshot, over all services. */
export function reporterOf({ service, reporter }: QueueSnapshot): string {
  return JSON.stringify([service, reporter])
}

/** Queues of all snapshots and sources. */
export function observationsOf(snapshots: readonly QueueSnapshot[], sources: readonly OwnSource[]): Observation[] {
  const reported = snapshots.flatMap((snapshot) => {
    const { service, timestamp, queues } = snapshot
    const reporter = reporterOf(snapshot)
    return queues.map((entry) => ({ entry, at: timestamp, service, reporter }))
  })
  const own = sources.flatMap(({ entries }) => [...entries.values()].map(toObservation))
  return [...reported, ...own]
}

function toObservation({ entry, at, formerPlaces }: OwnEntry): Observation {
  return { entry, at, formerPlaces, service: null, reporter: null }
}

/**
 * Puts together what is about one queue: the same name and driver, on the same server, or at the same address where one of
 * them can't tell its server. Two servers behind one address (everybody's own 127.0.0.1) stay two.
 */
export function groupObservations(observations: readonly Observation[]): ObservedQueue[] {
  const known = new Map<string, ObservedQueue>()
  const places = new Map<string, Set<ObservedQueue>>()
  const join = (group: ObservedQueue, observation: Observation) => {
    group.observations.push(observation)
    const { byPlace: place } = namesOf(observation.entry)
    places.set(place, (places.get(place) ?? new Set()).add(group))
  }
  for (const observation of observations) {
    const { byServer: identity } = namesOf(observation.entry)
    if (identity === null) continue
    const group = known.get(identity) ?? { observations: [], server: observation.entry.server }
    known.set(identity, group)
    join(group, observation)
  }
  const groups = [...known.values()]
  for (const observation of observations) {
    if (observation.entry.server !== null) continue
    const there = [...(places.get(namesOf(observation.entry).byPlace) ?? [])]
    // Of two servers behind one address nobody knows which one is meant.
    const group = there.find(({ server }) => server === null) ?? (there.length === 1 ? there[0] : undefined)
    const joined = group ?? { observations: [], server: null }
    if (!group) groups.push(joined)
    join(joined, observation)
  }
  return groups
}

/** The newest word on a queue; its rates are those of somebody who knows them. */
export function newestOf(observations: readonly Observation[]): Observation {
  const [only] = observations
  if (only && observations.length === 1) return only
  const sorted = observations.toSorted((a, b) => b.at - a.at)
  // One that could read it knows more than one that could not.
  const newest = sorted.find(({ entry }) => entry.error === null) ?? (sorted[0] as Observation)
  const throughput = newest.entry.throughput ?? sorted.find(({ entry }) => entry.throughput)?.entry.throughput ?? null
  return { ...newest, entry: { ...newest.entry, throughput } }
}
