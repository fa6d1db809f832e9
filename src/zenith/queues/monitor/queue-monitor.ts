import type { QueueView, SourceView } from '../../../api/queues.js'
import { inSlices, inTime } from '../../../lib/async.js'
import { uniqueSources } from '../../../lib/unique-sources.js'
import type { Logger, QueueSource, Reader, TrustReport } from '../../../ports/index.js'
import type { LeftOut } from '../../../protocol/index.js'
import { timeOf } from '../../store/store-time.js'
import { sumLeftOut } from '../../store/sum-left-out.js'
import { byNeed } from './attention.js'
import { kindOf, type Located, nameIn, namesOf } from './identity.js'
import { KnownQueues, type QueueFacts } from './known-queues.js'
import { QueueNews } from './news.js'
import { groupObservations, type ObservedQueue, observationsOf, reporterOf } from './observations.js'
import { OwnSource } from './own-source.js'
import { ReportedQueues } from './reported-queues.js'

/** Polls per reading of the own sources. */
const OWN_EVERY = 6
/** Polls per reading of an own source whose queues are all reported: it only has to find new ones. */
const REPORTED_EVERY = 40
/** A reading is late when it is older than this many of its intervals. */
const LATE = 1.5
/** The first poll waits for the sources, so that there is something to show, ms. */
const FIRST_WITHIN_MS = 2_000
/** Longest age of a reading for a request about one queue, ms. */
const FRESH_MS = 1_000
/** How often the server of a queue is checked before actions, ms. */
const CHECKED_FOR_MS = 15_000
/** Observations to process before yielding to the event loop. */
const SLICE = 500
/** How often to check which queues have been silent too long, ms. */
const SILENCE_EVERY_MS = 60_000

export interface QueueMonitorOptions {
  readonly reader: Pick<Reader, 'queues' | 'now'>
  /** Sources passed to this Zenith, and those of this process, which come and go. */
  readonly sources: () => readonly QueueSource[]
  readonly isReadOnly: (queue: { readonly name: string; readonly key: string }) => boolean
  /** How often the nodes are read while a client polls, ms. */
  readonly interval: number
  readonly logger: Logger | undefined
}

/** A queue that this Zenith can reach, and its source. */
export interface Connection {
  readonly key: string
  readonly name: string
  /** The value that the source's methods take. */
  readonly address: string
  readonly own: OwnSource
  readonly readOnly: boolean
}

/** All queues: those that services report, and those that only this Zenith sees. */
export class QueueMonitor {
  readonly news = new QueueNews()
  readonly #options: QueueMonitorOptions
  readonly #known = new KnownQueues()
  readonly #reported: ReportedQueues
  #own = new Map<QueueSource, OwnSource>()
  #isFirst = true
  /** The input of the last merge; null before the first. */
  #merged: readonly unknown[] | null = null
  #views: readonly QueueView[] = []
  #merging: Promise<void> = Promise.resolve()

  constructor(options: QueueMonitorOptions) {
    this.#options = options
    this.#reported = new ReportedQueues(options)
  }

  /** Number of snapshots that could not be read at the last poll. */
  get unreadable(): number {
    return this.#reported.unreadable
  }

  /** Which snapshots failed verification at the last poll; null if nothing is verified. */
  get trust(): TrustReport | null {
    return this.#reported.trust
  }

  /** What exceeds a limit. */
  get leftOut(): LeftOut | null {
    const own = [...this.#own.values()].reduce((sum, { view }) => sum + (view.left ?? 0), 0)
    return sumLeftOut([this.#reported.leftOut, { queues: own + this.#known.left }])
  }

  /** Why the snapshots could not be read at the last poll, or null. */
  get error(): unknown {
    return this.#reported.error
  }

  /** Worst first; the same list as before if nothing was read since. */
  get views(): readonly QueueView[] {
    return this.#views
  }

  /** Reads what is due. Never rejects: what cannot be read leaves the rest unchanged. @param now Unix ms */
  async read(now: number): Promise<void> {
    this.#meetSources()
    const late = [...this.#own.values()].filter((own) => this.#isLate(own))
    const reading = Promise.all([...this.#own.values()].map((own) => own.read(this.#dueAfter(own))))
    await this.#reported.read()
    // A client that polls continuously gets the result at its next poll; one that polls seldom must not get the figures of its last one.
    if (this.#isFirst || late.length > 0) await inTime(reading, FIRST_WITHIN_MS)
    this.#isFirst = false
    await this.#merge(now)
  }

  /** The sources of this Zenith, read now unless a recent reading exists. Never rejects. */
  async sources(): Promise<SourceView[]> {
    this.#meetSources()
    const all = [...this.#own.values()]
    await inTime(Promise.all(all.map((own) => own.read(this.#dueAfter(own)))), FIRST_WITHIN_MS)
    return all.map((own) => own.view)
  }

  view(key: string): QueueView | null {
    return this.#known.get(key)?.view ?? null
  }

  /** All names by which a queue is found in the records of its reporters. */
  namesOf(key: string): ReadonlySet<string> {
    const known = this.#known.get(key)
    return known ? new Set([...known.identities, ...known.former]) : new Set()
  }

  /**
   * The current state of a queue if this Zenith is connected to it; null if the queue is unknown, also to its sources: another Zenith may have
   * found it first.
   */
  async freshView(key: string): Promise<QueueView | null> {
    const connection = this.#connection(key)
    if (connection) await this.refresh(connection.own)
    else if (!this.#known.get(key)) await this.#lookFor(nameIn(key))
    return this.view(key)
  }

  async #lookFor(name: string): Promise<void> {
    if (name === '') return
    await Promise.all([...this.#own.values()].map((own) => own.lookFor(name)))
    await this.#merge(timeOf(this.#options.reader))
  }

  /** Reads a source again, unless its minimum interval has not passed. */
  async refresh(own: OwnSource): Promise<void> {
    await own.read(FRESH_MS)
    await this.#merge(timeOf(this.#options.reader))
  }

  /** The next poll reads the source again, because it was changed. */
  expire(source: QueueSource): void {
    this.#own.get(source)?.expire()
  }

  /**
   * The connection to a queue; null for one that is only reported. Checks at intervals, and whenever in doubt, that it leads to the right
   * server.
   */
  async connect(key: string): Promise<Connection | null> {
    const view = this.view(key)
    if (!view) return null
    const known = this.#connection(key)
    const candidates = known
      ? [known.own]
      : [...this.#own.values()].filter(({ source }) => kindOf(source.driver) === kindOf(view.driver))
    await Promise.all(candidates.map((own) => own.read(known ? CHECKED_FOR_MS : FRESH_MS)))
    await this.#merge(timeOf(this.#options.reader))
    return this.#connection(key)
  }

  connections(): Connection[] {
    return [...this.#known.all].map(({ key }) => this.#connection(key)).filter((found) => found !== null)
  }

  /** Why the source at a queue's address cannot be read, as a message; null if there is none, or if it can. */
  problemOf({ driver, place }: Pick<QueueView, 'driver' | 'place'>): string | null {
    const kind = [...this.#own.values()].filter(({ source }) => kindOf(source.driver) === kindOf(driver))
    // Queues of one source may have places of their own within its place.
    const own = kind.find(({ source }) => place === source.place || place?.startsWith(`${source.place} `))
    return own?.error ?? null
  }

  #meetSources(): void {
    const sources = uniqueSources(this.#options.sources())
    const now = () => timeOf(this.#options.reader)
    const met = sources.map(
      (source) => [source, this.#own.get(source) ?? new OwnSource(source, this.#options.logger, now)] as const,
    )
    this.#own = new Map(met)
  }

  #dueAfter(own: OwnSource): number {
    const isNeeded =
      !own.hasRead || [...this.#known.all].some(({ view }) => view.services.length === 0 && this.#leadsTo(own, view))
    return (isNeeded ? OWN_EVERY : REPORTED_EVERY) * this.#options.interval
  }

  #isLate(own: OwnSource): boolean {
    return own.age > LATE * Math.max(this.#dueAfter(own), own.source.pollEvery ?? 0)
  }

  /** One merge after the other: each builds on the one before. */
  #merge(now: number): Promise<void> {
    this.#merging = this.#merging.then(() => this.#mergeOnce(now))
    return this.#merging
  }

  async #mergeOnce(now: number): Promise<void> {
    // Silence passes its limit without new data.
    const minute = Math.floor(now / SILENCE_EVERY_MS)
    const own = [...this.#own.values()]
    const inputs = [this.#reported.snapshots, minute, ...own.flatMap((one) => [one, one.entries, one.error])]
    const isSame = inputs.length === this.#merged?.length && inputs.every((one, index) => one === this.#merged?.[index])
    if (isSame) return
    this.#merged = inputs
    const observations = observationsOf(this.#reported.snapshots, own)
    // This takes the longest for a queue seen for the first time.
    await inSlices(observations, SLICE, ({ entry }) => namesOf(entry))
    const groups = groupObservations(observations)
    const reporting = new Set(this.#reported.snapshots.map(reporterOf))
    await this.#known.update(groups, (key, group) => this.#factsOf(key, group), reporting, now)
    this.#views = [...this.#known.all].map(({ view }) => view).sort(byNeed)
  }

  #factsOf(key: string, { observations }: ObservedQueue): QueueFacts {
    const name = observations[0]?.entry.name ?? ''
    const [own, address = ''] = this.#wayTo(observations.map(({ entry }) => entry)) ?? []
    const can = own?.entries.get(address)?.entry.capabilities ?? own?.source.capabilities ?? []
    const actions = can.filter((capability) => own?.source.capabilities.includes(capability))
    return { actions, readOnly: this.#options.isReadOnly({ name, key }) }
  }

  #connection(key: string): Connection | null {
    const known = this.#known.get(key)
    const [own, address = ''] = (known && this.#wayTo([known.view])) ?? []
    if (!known || !own) return null
    return { key: known.key, name: known.view.name, address, own, readOnly: known.view.readOnly }
  }

  /** The first source with access to a queue, and the queue's address there. */
  #wayTo(observations: readonly Located[]): readonly [own: OwnSource, address: string] | null {
    for (const own of this.#own.values()) {
      for (const queue of observations) {
        const address = this.#leadsTo(own, queue) ? own.addressOf(queue) : null
        if (address !== null) return [own, address]
      }
    }
    return null
  }

  /** Never true for a queue of the same name on another server: a source that was not read yet leads nowhere. */
  #leadsTo(own: OwnSource, queue: Located): boolean {
    return own.hasRead && own.addressOf(queue) !== null
  }
}
