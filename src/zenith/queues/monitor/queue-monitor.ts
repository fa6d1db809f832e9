import type { QueueView, SourceView } from '../../../api/queues.js'
import { QUEUE_TROUBLES } from '../../../api/words.js'
import { inSlices, inTime } from '../../../lib/async.js'
import { byText } from '../../../lib/compare.js'
import { uniqueSources } from '../../../lib/unique-sources.js'
import type { Logger, QueueSource, Reader, TrustReport } from '../../../ports/index.js'
import type { LeftOut } from '../../../protocol/index.js'
import { timeOf } from '../../store/store-time.js'
import { sumLeftOut } from '../../store/sum-left-out.js'
import { kindOf, type Located, namesOf } from './identity.js'
import { KnownQueues, type QueueFacts } from './known-queues.js'
import { QueueNews } from './news.js'
import { groupObservations, type ObservedQueue, observationsOf, reporterOf } from './observations.js'
import { OwnSource } from './own-source.js'
import { ReportedQueues } from './reported-queues.js'

/** How much more rarely than nodes sources are read, in looks. */
const OWN_EVERY = 6
/** Queues that somebody reports are looked for by this Zenith's own sources only to find out which are new, in looks. */
const REPORTED_EVERY = 40
/** A reading is late when it is older than so many times what it is meant to be. */
const LATE = 1.5
/** The first look waits for the sources, so that there is something to see, ms. */
const FIRST_WITHIN_MS = 2_000
/** What is asked for one queue may be so old, ms. */
const FRESH_MS = 1_000
/** Somebody who acts on a queue has its server checked so often, ms. */
const CHECKED_FOR_MS = 15_000
/** How many queues are put together in one go. */
const SLICE = 500
/** How often it is looked which queues are silent for too long, ms. */
const SILENCE_EVERY_MS = 60_000

export interface QueueMonitorOptions {
  readonly reader: Pick<Reader, 'queues' | 'now'>
  /** Those that this Zenith was given, and those of this process that come and go. */
  readonly sources: () => readonly QueueSource[]
  readonly isReadOnly: (queue: { readonly name: string; readonly key: string }) => boolean
  /** How often the nodes are read while somebody looks, ms. */
  readonly interval: number
  readonly logger: Logger | undefined
}

/** A queue that this Zenith can reach, and what leads to it. */
export interface Connection {
  readonly key: string
  readonly name: string
  /** What the source's methods take for it. */
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
  /** What was put together last; null before. */
  #merged: readonly unknown[] | null = null
  #views: readonly QueueView[] = []
  #merging: Promise<void> = Promise.resolve()

  constructor(options: QueueMonitorOptions) {
    this.#options = options
    this.#reported = new ReportedQueues(options)
  }

  /** How many snapshots could not be read at the last look. */
  get unreadable(): number {
    return this.#reported.unreadable
  }

  /** Which snapshots were not signed at the last look; null when nothing is verified. */
  get trust(): TrustReport | null {
    return this.#reported.trust
  }

  /** What is beyond a bound. */
  get leftOut(): LeftOut | null {
    const own = [...this.#own.values()].reduce((sum, { view }) => sum + (view.left ?? 0), 0)
    return sumLeftOut([this.#reported.leftOut, { queues: own + this.#known.left }])
  }

  /** Why the snapshots could not be read at the last look, or null. */
  get error(): unknown {
    return this.#reported.error
  }

  /** Worst first; the same list as before when nothing was read since. */
  get views(): readonly QueueView[] {
    return this.#views
  }

  /** Reads what is due. Never rejects: what can't be read leaves the rest as it was. @param now Unix ms */
  async read(now: number): Promise<void> {
    this.#meetSources()
    const late = [...this.#own.values()].filter((own) => this.#isLate(own))
    const reading = Promise.all([...this.#own.values()].map((own) => own.read(this.#dueAfter(own))))
    await this.#reported.read()
    // Who looks all the time sees it at the next look; who asks seldom must not get the figures of his last question.
    if (this.#isFirst || late.length > 0) await inTime(reading, FIRST_WITHIN_MS)
    this.#isFirst = false
    await this.#merge(now)
  }

  /** What this Zenith is connected to, read now unless that was just done. Never rejects. */
  async sources(): Promise<SourceView[]> {
    this.#meetSources()
    const all = [...this.#own.values()]
    await inTime(Promise.all(all.map((own) => own.read(this.#dueAfter(own)))), FIRST_WITHIN_MS)
    return all.map((own) => own.view)
  }

  view(key: string): QueueView | null {
    return this.#known.get(key)?.view ?? null
  }

  /** A queue as it is now, where this Zenith is connected to it; null for one that is not known. */
  async freshView(key: string): Promise<QueueView | null> {
    const connection = this.#connection(key)
    if (connection) await this.refresh(connection.own)
    return this.view(key)
  }

  /** Reads a source again, as far as it may be. */
  async refresh(own: OwnSource): Promise<void> {
    await own.read(FRESH_MS)
    await this.#merge(timeOf(this.#options.reader))
  }

  /** The next look reads it again: something was done with it. */
  expire(source: QueueSource): void {
    this.#own.get(source)?.expire()
  }

  /**
   * The way to a queue; null for one that is only reported. Whether it leads to the server that is meant is checked now and
   * then, and whenever it seems not to.
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

  /** Why the source at a queue's address can't be read, in words; null when there is none, or when it can. */
  problemOf({ driver, place }: Pick<QueueView, 'driver' | 'place'>): string | null {
    const kind = [...this.#own.values()].filter(({ source }) => kindOf(source.driver) === kindOf(driver))
    // Queues of one source may be at places of their own there.
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

  /** One after the other: each goes on from what the one before came to. */
  #merge(now: number): Promise<void> {
    this.#merging = this.#merging.then(() => this.#mergeOnce(now))
    return this.#merging
  }

  async #mergeOnce(now: number): Promise<void> {
    // Silence goes on by itself.
    const minute = Math.floor(now / SILENCE_EVERY_MS)
    const own = [...this.#own.values()]
    const inputs = [this.#reported.snapshots, minute, ...own.flatMap((one) => [one, one.entries, one.error])]
    const isSame = inputs.length === this.#merged?.length && inputs.every((one, index) => one === this.#merged?.[index])
    if (isSame) return
    this.#merged = inputs
    const observations = observationsOf(this.#reported.snapshots, own)
    // What takes longest of a queue that is seen for the first time.
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

  /** The first source that leads to a queue, and the queue's address there. */
  #wayTo(observations: readonly Located[]): readonly [own: OwnSource, address: string] | null {
    for (const own of this.#own.values()) {
      for (const queue of observations) {
        const address = this.#leadsTo(own, queue) ? own.addressOf(queue) : null
        if (address !== null) return [own, address]
      }
    }
    return null
  }

  /** Never to another server's queue of the same name: one that was not read yet leads nowhere. */
  #leadsTo(own: OwnSource, queue: Located): boolean {
    return own.hasRead && own.addressOf(queue) !== null
  }
}

function byNeed(a: QueueView, b: QueueView): number {
  return need(a) - need(b) || byText(a.name, b.name) || byText(a.key, b.key)
}

function need({ attention }: QueueView): number {
  const [worst] = attention
  return worst ? QUEUE_TROUBLES.indexOf(worst.kind) : QUEUE_TROUBLES.length
}
