import type { QueueSample, QueueView } from '../../../api/queues.js'
import { inSlices } from '../../../lib/async.js'
import { backlogOf, type QueueEntry } from '../../../protocol/index.js'
import { MAX_KNOWN_QUEUES } from '../../../protocol/read-limits.js'
import { attentionTo, SILENT } from './attention.js'
import { isRising } from './growth.js'
import { namesOf } from './identity.js'
import { newestOf, type Observation, type ObservedQueue } from './observations.js'

const MAX_SAMPLES = 60
/** Queues to process before yielding to the event loop. */
const SLICE = 250
const MATCHED = 2_000
/** How long a queue that is no longer reported is shown, ms. */
const SILENT_FOR_MS = 60 * 60_000
/** How long a closed queue is shown, ms: another node may still have it, and report it from its next read on. */
const CLOSED_FOR_MS = 30_000

/** What is known of a queue besides its observations. */
export interface QueueFacts {
  readonly actions: QueueView['actions']
  readonly readOnly: boolean
}

export interface KnownQueue {
  readonly key: string
  /** The key that this queue's address yields belongs to a queue of another server: requests for that one must not reach this one. */
  readonly isSecond: boolean
  /** The entries that the view was made of. */
  entries: readonly QueueEntry[]
  /** All names that it can be found by. */
  identities: ReadonlySet<string>
  /** Names that it had when less was known about it; names of other queues override these. */
  former: ReadonlySet<string>
  view: QueueView
  isGrowing: boolean
  /** The nodes in the last reports of it. */
  reporters: readonly string[]
  /** Its reporters are active, and no longer report it. */
  isClosed: boolean
  /** The service whose observations its samples are: mixing those of two reporters would yield a sawtooth. */
  channel: string | null
}

/** Queues that were seen, by key. A drained queue, or one no longer reported, stays for a while. */
export class KnownQueues {
  readonly #known = new Map<string, KnownQueue>()
  /** By every name that a request may use: a queue can be reached through several addresses. */
  #byIdentity = new Map<string, KnownQueue>()
  #left = 0

  get all(): IterableIterator<KnownQueue> {
    return this.#known.values()
  }

  get(key: string): KnownQueue | undefined {
    return this.#known.get(key) ?? this.#byIdentity.get(key)
  }

  /** Number of queues seen at the last update that exceed the limit. */
  get left(): number {
    return this.#left
  }

  /**
   * Calls must not overlap.
   *
   * @param factsOf what is known of a queue besides its observations
   * @param reporting the nodes that currently report
   * @param now Unix ms
   */
  async update(
    groups: readonly ObservedQueue[],
    factsOf: (key: string, group: ObservedQueue) => QueueFacts,
    reporting: ReadonlySet<string>,
    now: number,
  ): Promise<void> {
    const seen = await this.#match(groups)
    const fresh = await this.#meetNew(groups, seen)
    await inSlices([...seen, ...fresh], SLICE, ([known, group]) => look(known, group, factsOf(known.key, group)))
    for (const [known, group] of fresh) {
      this.#known.set(known.key, known)
      seen.set(known, group)
    }
    const places = new Set([...seen.keys()].map(({ view }) => namesOf(view).byPlace))
    for (const known of this.#known.values()) if (!seen.has(known)) this.#miss(known, places, reporting, now)
    this.#byIdentity = new Map()
    for (const of of ['former', 'identities'] as const)
      for (const one of this.#known.values()) for (const identity of one[of]) this.#byIdentity.set(identity, one)
  }

  /** Matches observed queues with known ones. */
  async #match(groups: readonly ObservedQueue[]): Promise<Map<KnownQueue, ObservedQueue>> {
    const seen = new Map<KnownQueue, ObservedQueue>()
    for (const identitiesOf of [byServerOf, byPlacesOf, byFormerOf]) {
      const taken = new Set(seen.values())
      await inSlices(groups, MATCHED, (group) => {
        const known = taken.has(group) ? undefined : this.#find(identitiesOf(group), seen)
        if (known) seen.set(known, group)
      })
    }
    return seen
  }

  /** Adds queues seen for the first time, up to the limit. Queues that are no longer reported make room, the oldest first. */
  async #meetNew(
    groups: readonly ObservedQueue[],
    seen: ReadonlyMap<KnownQueue, ObservedQueue>,
  ): Promise<[KnownQueue, ObservedQueue][]> {
    const met = new Set(seen.values())
    const unknown = groups.filter((group) => !met.has(group))
    const surplus = this.#known.size + unknown.length - MAX_KNOWN_QUEUES
    if (surplus > 0) {
      const silent = [...this.#known.values()].filter((known) => !seen.has(known))
      const oldestFirst = silent.sort((a, b) => a.view.at - b.view.at)
      for (const { key } of oldestFirst.slice(0, surplus)) this.#known.delete(key)
    }
    const room = MAX_KNOWN_QUEUES - this.#known.size
    this.#left = Math.max(0, unknown.length - room)
    const keys = new Set(this.#known.keys())
    const fresh: [KnownQueue, ObservedQueue][] = []
    await inSlices(unknown.slice(0, room), SLICE, (group) => {
      const known = meet(group, keys)
      keys.add(known.key)
      fresh.push([known, group])
    })
    return fresh
  }

  #find(identities: readonly string[], seen: ReadonlyMap<KnownQueue, unknown>): KnownQueue | undefined {
    const found = identities.map((identity) => this.#byIdentity.get(identity))
    return found.find((known) => known !== undefined && !seen.has(known))
  }

  #miss(known: KnownQueue, places: ReadonlySet<string>, reporting: ReadonlySet<string>, now: number): void {
    const { reporters } = known
    known.isClosed ||= reporters.length > 0 && reporters.every((reporter) => reporting.has(reporter))
    const shownForMs = known.isClosed ? CLOSED_FOR_MS : SILENT_FOR_MS
    // If its place is seen, its server was restarted, and the queue has a new id.
    if (now - known.view.at > shownForMs || places.has(namesOf(known.view).byPlace)) {
      this.#known.delete(known.key)
      return
    }
    known.isGrowing = false
    known.entries = []
    if (known.isClosed) known.view = { ...known.view, attention: [], actions: [] }
    else if (known.view.attention[0] !== SILENT) known.view = { ...known.view, attention: [SILENT], actions: [] }
  }
}

/** @param keys those in use */
function meet(group: ObservedQueue, keys: ReadonlySet<string>): KnownQueue {
  const { entry } = newestOf(group.observations)
  const [plain = ''] = group.observations.map((observation) => namesOf(observation.entry).key).sort()
  // Two servers share an address.
  const isSecond = keys.has(plain)
  const key = isSecond ? `${plain}~${group.server?.slice(0, 8) ?? keys.size}` : plain
  const nothing = { attention: [], actions: [], readOnly: false, samples: [], services: [], at: 0 }
  return {
    key,
    isSecond,
    entries: [],
    identities: new Set<string>(),
    former: new Set<string>(),
    view: { ...entry, key, ...nothing },
    isGrowing: false,
    reporters: [],
    isClosed: false,
    channel: null,
  }
}

function byServerOf({ observations }: ObservedQueue): string[] {
  return observations.map(({ entry }) => namesOf(entry).byServer).filter((identity) => identity !== null)
}

function byPlacesOf({ observations }: ObservedQueue): string[] {
  return observations.map(({ entry }) => namesOf(entry).byPlace)
}

/** Names that it had when less was known about it. */
function byFormerOf({ observations }: ObservedQueue): string[] {
  const former = observations.flatMap(({ entry, formerPlaces = [] }) =>
    formerPlaces.map((place) => ({ ...entry, place })),
  )
  return former.flatMap((entry) => {
    const { byServer, byPlace } = namesOf(entry)
    return byServer === null ? [byPlace] : [byServer, byPlace]
  })
}

function formerKeysOf({ observations }: ObservedQueue): string[] {
  return observations.flatMap(({ entry, formerPlaces = [] }) =>
    formerPlaces.map((place) => namesOf({ ...entry, place }).key),
  )
}

function look(known: KnownQueue, group: ObservedQueue, facts: QueueFacts): void {
  known.isClosed = false
  known.reporters = group.observations.map(({ reporter }) => reporter).filter((reporter) => reporter !== null)
  const entries = group.observations.map((observation) => observation.entry)
  if (isSame(known, entries, facts)) return
  const { entry, at } = newestOf(group.observations)
  const keys = known.isSecond ? [] : entries.map((one) => namesOf(one).key)
  known.entries = entries
  known.identities = new Set([...byServerOf(group), ...byPlacesOf(group), ...keys])
  known.former = new Set([...byFormerOf(group), ...(known.isSecond ? [] : formerKeysOf(group))])
  const services = [...new Set(group.observations.map(({ service }) => service))].filter((name) => name !== null).sort()
  const samples = samplesOf(known, group)
  known.isGrowing = entry.paused !== true && isRising(samples, known.isGrowing)
  const attention = attentionTo({ entry, samples, isGrowing: known.isGrowing })
  known.view = { ...entry, key: known.key, services, at, attention, ...facts, samples }
}

/** Of many services, few report something new at a time. */
function isSame({ view, entries }: KnownQueue, now: readonly QueueEntry[], facts: QueueFacts): boolean {
  const isSameFacts = view.readOnly === facts.readOnly && view.actions.join() === facts.actions.join()
  return isSameFacts && entries.length === now.length && entries.every((entry, index) => entry === now[index])
}

function samplesOf(known: KnownQueue, { observations }: ObservedQueue): readonly QueueSample[] {
  const channel = observations.find(({ service }) => service === known.channel) ?? channelOf(observations)
  known.channel = channel.service
  const { samples } = known.view
  // An observation of another channel that took over may be older than the last sample.
  if (channel.at <= (samples.at(-1)?.at ?? 0)) return samples
  return [...samples, sampleOf(channel)].slice(-MAX_SAMPLES)
}

/** Prefers a service's observations, which continue while no client polls this Zenith. */
function channelOf(observations: readonly Observation[]): Observation {
  const reported = observations.filter(({ service }) => service !== null)
  return (
    reported.sort((a, b) => ((a.service ?? '') < (b.service ?? '') ? -1 : 1))[0] ?? (observations[0] as Observation)
  )
}

function sampleOf({ entry, at }: Observation): QueueSample {
  const { throughput, metrics } = entry
  return { at, backlog: backlogOf(metrics), in: throughput?.in ?? null, out: throughput?.out ?? null }
}
