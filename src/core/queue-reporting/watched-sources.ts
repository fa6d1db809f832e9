import type { QueueSource } from '../../ports/index.js'
import type { QueueEntry } from '../../protocol/index.js'
import type { Notices } from '../options/logger.js'
import { SourcePoller } from './source-poller.js'
import { placeKey, queueKey, type Watch, watchOf } from './watch.js'

interface Registration {
  readonly poller: SourcePoller
  readonly ended: () => Promise<void>
}

/** The sources that this process watches. A source that was added twice, or two with the same place and names, is read once. */
export class WatchedSources {
  readonly #notices: Notices
  readonly #registrations = new Set<Registration>()

  constructor(notices: Notices) {
    this.#notices = notices
  }

  /** @param ended called when the source is removed. @returns removes it; idempotent. */
  add(source: QueueSource, ended: () => Promise<void>): () => Promise<void> {
    const known = [...this.#registrations].find(({ poller }) => poller.source === source)
    const registration = { poller: known?.poller ?? this.#open(source), ended }
    this.#registrations.add(registration)
    return () => this.#remove(registration)
  }

  /** In a group of queues that come and go, a source with another list of names replaces the previous one. */
  #open(source: QueueSource): SourcePoller {
    const poller = new SourcePoller(source, this.#notices)
    for (const other of this.#registrations) poller.inherit(other.poller)
    return poller
  }

  /** The first source of each place and list of names. */
  get pollers(): readonly SourcePoller[] {
    const unique = new Map<string, SourcePoller>()
    for (const { poller } of this.#registrations) {
      const { names } = poller.source
      const identity = JSON.stringify([placeKey(poller.source), names && [...names].sort()])
      if (!unique.has(identity)) unique.set(identity, poller)
    }
    return [...unique.values()]
  }

  watch(): Watch {
    return watchOf(this.pollers.map(({ source }) => source))
  }

  /** Number of distinct queues. */
  countQueues(): number {
    const keys = this.pollers.flatMap(({ source: { driver, place, names }, keys: known }) => {
      return names?.map((name) => queueKey({ driver, place, name })) ?? known
    })
    return new Set(keys).size
  }

  /** Adds queues that another node found at places that are watched as a whole. */
  remember(entries: readonly QueueEntry[]): void {
    for (const poller of this.pollers.filter(({ source }) => source.names === null)) {
      poller.remember(entries.filter((entry) => isOf(poller.source, entry)))
    }
  }

  /** Another node reports from now on. */
  lapse(): void {
    for (const { poller } of this.#registrations) poller.lapse()
  }

  async clear(): Promise<void> {
    await Promise.all([...this.#registrations].map((registration) => this.#remove(registration)))
  }

  async #remove(registration: Registration): Promise<void> {
    if (!this.#registrations.delete(registration)) return
    const { poller, ended } = registration
    if (![...this.#registrations].some((other) => other.poller === poller)) poller.end()
    await ended()
  }
}

/** Whether the source would find a queue. */
function isOf(source: QueueSource, entry: QueueEntry): boolean {
  const place = entry.place ?? ''
  if (placeKey({ ...entry, place }) === placeKey(source)) return true
  const isKind = placeKey({ ...entry, place }) === placeKey({ ...source, place })
  return isKind && source.locate !== undefined && source.locate(place, entry.name) !== null
}
