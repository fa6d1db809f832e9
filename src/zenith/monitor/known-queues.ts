import { backlogOf, type QueueEntry, type QueueSample, type QueueView } from '../../protocol/index.js'
import { namesOf } from '../queues/identity.js'
import { attentionTo, SILENT } from './queue-attention.js'
import { isRising } from './queue-growth.js'
import { newestOf, type SightedQueue, type Sighting } from './queue-sightings.js'

const MAX_SAMPLES = 60
/** How long a queue that nobody reports any more is shown, ms. */
const SILENT_FOR_MS = 60 * 60_000

/** What somebody else says of a queue. */
export interface QueueFacts {
  readonly actions: QueueView['actions']
  readonly readOnly: boolean
}

export interface KnownQueue {
  readonly key: string
  /** Another server's queue has the key that this one's address makes: whoever asks for that one must not get this one. */
  readonly isSecond: boolean
  /** What it was made of. */
  entries: readonly QueueEntry[]
  /** Everything that it may be found by. */
  identities: ReadonlySet<string>
  /** The same while less was known of it: what is found by these now goes before. */
  former: ReadonlySet<string>
  view: QueueView
  isGrowing: boolean
  /** Whose word its samples are: those of two reporters would make teeth. */
  channel: string | null
}

/** The queues that were seen, by key: one that is drained, or that nobody reports any more, stays for a while. */
export class KnownQueues {
  readonly #known = new Map<string, KnownQueue>()
  /** Every name that a queue may be asked for by: the same one is reached by several addresses. */
  #byIdentity = new Map<string, KnownQueue>()

  get all(): IterableIterator<KnownQueue> {
    return this.#known.values()
  }

  get(key: string): KnownQueue | undefined {
    return this.#known.get(key) ?? this.#byIdentity.get(key)
  }

  /** @param factsOf what holds of a queue besides what was seen @param now Unix ms */
  update(
    groups: readonly SightedQueue[],
    factsOf: (key: string, group: SightedQueue) => QueueFacts,
    now: number,
  ): void {
    const seen = new Map<KnownQueue, SightedQueue>()
    const [bySure, byAddress] = [byServerOf, byPlacesOf]
    const match = (identitiesOf: (group: SightedQueue) => string[]) => {
      const taken = new Set(seen.values())
      for (const group of groups) {
        const known = taken.has(group) ? undefined : this.#find(identitiesOf(group), seen)
        if (known) seen.set(known, group)
      }
    }
    match(bySure)
    match(byAddress)
    match(byFormerOf)
    const met = new Set(seen.values())
    for (const group of groups) if (!met.has(group)) seen.set(this.#meet(group), group)
    for (const [known, group] of seen) look(known, group, factsOf(known.key, group))
    const places = new Set([...seen.keys()].map(({ view }) => namesOf(view).byPlace))
    for (const known of this.#known.values()) if (!seen.has(known)) this.#miss(known, places, now)
    this.#byIdentity = new Map()
    for (const of of ['former', 'identities'] as const)
      for (const one of this.#known.values()) for (const identity of one[of]) this.#byIdentity.set(identity, one)
  }

  #find(identities: readonly string[], seen: ReadonlyMap<KnownQueue, unknown>): KnownQueue | undefined {
    const found = identities.map((identity) => this.#byIdentity.get(identity))
    return found.find((known) => known !== undefined && !seen.has(known))
  }

  #meet(group: SightedQueue): KnownQueue {
    const { entry } = newestOf(group.sightings)
    const [plain = ''] = group.sightings.map((sighting) => namesOf(sighting.entry).key).sort()
    // Two servers behind one address.
    const isSecond = this.#known.has(plain)
    const key = isSecond ? `${plain}~${group.server?.slice(0, 8) ?? this.#known.size}` : plain
    const nothing = { attention: [], actions: [], readOnly: false, samples: [], services: [], at: 0 }
    const known = {
      key,
      isSecond,
      entries: [],
      identities: new Set<string>(),
      former: new Set<string>(),
      view: { ...entry, key, ...nothing },
      isGrowing: false,
      channel: null,
    }
    this.#known.set(key, known)
    return known
  }

  #miss(known: KnownQueue, places: ReadonlySet<string>, now: number): void {
    // With a place that is seen its server was started again, and it is known by that one's id.
    if (now - known.view.at > SILENT_FOR_MS || places.has(namesOf(known.view).byPlace)) {
      this.#known.delete(known.key)
      return
    }
    known.isGrowing = false
    known.entries = []
    if (known.view.attention[0] !== SILENT) known.view = { ...known.view, attention: [SILENT], actions: [] }
  }
}

function byServerOf({ sightings }: SightedQueue): string[] {
  return sightings.map(({ entry }) => namesOf(entry).byServer).filter((identity) => identity !== null)
}

function byPlacesOf({ sightings }: SightedQueue): string[] {
  return sightings.map(({ entry }) => namesOf(entry).byPlace)
}

/** What it was found by while less was known of it. */
function byFormerOf({ sightings }: SightedQueue): string[] {
  const former = sightings.flatMap(({ entry, formerPlaces = [] }) => formerPlaces.map((place) => ({ ...entry, place })))
  return former.flatMap((entry) => {
    const { byServer, byPlace } = namesOf(entry)
    return byServer === null ? [byPlace] : [byServer, byPlace]
  })
}

function formerKeysOf({ sightings }: SightedQueue): string[] {
  return sightings.flatMap(({ entry, formerPlaces = [] }) =>
    formerPlaces.map((place) => namesOf({ ...entry, place }).key),
  )
}

function look(known: KnownQueue, group: SightedQueue, facts: QueueFacts): void {
  const entries = group.sightings.map((sighting) => sighting.entry)
  if (isSame(known, entries, facts)) return
  const { entry, at } = newestOf(group.sightings)
  const keys = known.isSecond ? [] : entries.map((one) => namesOf(one).key)
  known.entries = entries
  known.identities = new Set([...byServerOf(group), ...byPlacesOf(group), ...keys])
  known.former = new Set([...byFormerOf(group), ...(known.isSecond ? [] : formerKeysOf(group))])
  const services = [...new Set(group.sightings.map(({ service }) => service))].filter((name) => name !== null).sort()
  const samples = samplesOf(known, group)
  known.isGrowing = entry.paused !== true && isRising(samples, known.isGrowing)
  const attention = attentionTo({ entry, samples, isGrowing: known.isGrowing })
  known.view = { ...entry, key: known.key, services, at, attention, ...facts, samples }
}

/** Of many services few report something new at a time. */
function isSame({ view, entries }: KnownQueue, now: readonly QueueEntry[], facts: QueueFacts): boolean {
  const isSameFacts = view.readOnly === facts.readOnly && view.actions.join() === facts.actions.join()
  return isSameFacts && entries.length === now.length && entries.every((entry, index) => entry === now[index])
}

function samplesOf(known: KnownQueue, { sightings }: SightedQueue): readonly QueueSample[] {
  const channel = sightings.find(({ service }) => service === known.channel) ?? channelOf(sightings)
  known.channel = channel.service
  const { samples } = known.view
  // A sighting of another channel that took over may be older than the last sample.
  if (channel.at <= (samples.at(-1)?.at ?? 0)) return samples
  return [...samples, sampleOf(channel)].slice(-MAX_SAMPLES)
}

/** A service's word goes on when this Zenith is not looked at. */
function channelOf(sightings: readonly Sighting[]): Sighting {
  const reported = sightings.filter(({ service }) => service !== null)
  return reported.sort((a, b) => ((a.service ?? '') < (b.service ?? '') ? -1 : 1))[0] ?? (sightings[0] as Sighting)
}

function sampleOf({ entry, at }: Sighting): QueueSample {
  const { throughput, metrics } = entry
  return { at, backlog: backlogOf(metrics), in: throughput?.in ?? null, out: throughput?.out ?? null }
}
