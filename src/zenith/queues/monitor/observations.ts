import type { QueueEntry, QueueSnapshot } from '../../../protocol/index.js'
import { namesOf } from './identity.js'
import type { OwnEntry, OwnSource } from './own-source.js'

/** One queue as one observer saw it. */
export interface Observation {
  readonly entry: QueueEntry
  /** Unix ms. */
  readonly at: number
  /** The service that reports it; null if this Zenith itself reads it. */
  readonly service: string | null
  /** Its node, as named by {@link reporterOf}; null without a service. */
  readonly reporter: string | null
  /** Its earlier places, as far as this Zenith's own sources know. */
  readonly formerPlaces?: readonly string[]
}

/** All observations of one queue. */
export interface ObservedQueue {
  readonly observations: Observation[]
  /** Null if none of them shows the server. */
  readonly server: string | null
}

/** Identifies the node that wrote a snapshot, across services. */
export function reporterOf({ service, reporter }: QueueSnapshot): string {
  return JSON.stringify([service, reporter])
}

/** Observations from all snapshots and sources. */
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
 * Groups observations by queue: the same name and driver, on the same server, or at the same address if one server is unknown. Two servers
 * that share an address (such as each machine's 127.0.0.1) remain two.
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
    // With two servers at one address the right one is unknown.
    const group = there.find(({ server }) => server === null) ?? (there.length === 1 ? there[0] : undefined)
    const joined = group ?? { observations: [], server: null }
    if (!group) groups.push(joined)
    join(joined, observation)
  }
  return groups
}

/** The newest observation, with the rates of one that has them. */
export function newestOf(observations: readonly Observation[]): Observation {
  const [only] = observations
  if (only && observations.length === 1) return only
  const sorted = observations.toSorted((a, b) => b.at - a.at)
  // An observation that could read the queue is better than one that could not.
  const newest = sorted.find(({ entry }) => entry.error === null) ?? (sorted[0] as Observation)
  const throughput = newest.entry.throughput ?? sorted.find(({ entry }) => entry.throughput)?.entry.throughput ?? null
  return { ...newest, entry: { ...newest.entry, throughput } }
}
