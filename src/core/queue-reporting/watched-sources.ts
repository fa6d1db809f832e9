import type { QueueSource } from '../../ports/index.js'
import type { QueueEntry } from '../../protocol/index.js'
import type { Notices } from '../options/logger.js'
import { SourcePoller } from './source-poller.js'
import { placeKey, queueKey, type Watch, watchOf } from './watch.js'

interface Registration {
  readonly poller: SourcePoller
  readonly ended: () => Promise<void>
}

/** What this process watches: a source that was given twice, or two of one place and list of names, is read once. */
export class WatchedSources {
  readonly #notices: Notices
  readonly #registrations = new Set<Registration>()

  constructor(notices: Notices) {
    this.#notices = notices
  }

  /** @param ended called when it is taken back. @returns takes it back; twice is harmless. */
  add(source: QueueSource, ended: () => Promise<void>): () => Promise<void> {
    const known = [...this.#registrations].find(({ poller }) => poller.source === source)
    const registration = { poller: known?.poller ?? this.#open(source), ended }
    this.#registrations.add(registration)
    return () => this.#remove(registration)
  }

  /** Of a group of queues that come and go, a source with another list of names takes the place of the one before it. */
  #open(source: QueueSource): SourcePoller {
    const poller = new SourcePoller(source, this.#notices)
    for (const other of this.#registrations) poller.inherit(other.poller)
    return poller
  }

  /** One for each place and list of names: the one that was given first. */
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

  /** Queues by name, each counted once. */
  countQueues(): number {
    const keys = this.pollers.flatMap(({ source: { driver, place, names }, keys: known }) => {
      return names?.map((name) => queueKey({ driver, place, name })) ?? known
    })
    return new Set(keys).size
  }

  /** Queues that another node saw at places that are watched whole. */
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

/** Whether a queue is one that the source would find. */
function isOf(source: QueueSource, entry: QueueEntry): boolean {
  const place = entry.place ?? ''
  if (placeKey({ ...entry, place }) === placeKey(source)) return true
  const isKind = placeKey({ ...entry, place }) === placeKey({ ...source, place })
  return isKind && source.locate !== undefined && source.locate(place, entry.name) !== null
}
