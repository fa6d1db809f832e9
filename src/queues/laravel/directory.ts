import { MAX_QUEUES } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { notPossible } from '../shared/conditions.js'
import { TextCount } from '../shared/seen-names.js'
import { likelyConnection } from './apps.js'
import { KeyFinder } from './key-finder.js'
import { bareName, type FoundQueue, type LaravelQueue, readQueueKey, waitingKey } from './names.js'
import { whyNotPushed } from './obstacles.js'
import type { ResolvedOptions } from './options.js'
import { Ownership } from './ownership.js'
import { lookForProof } from './proof.js'

/** How often jobs are inspected for their Horizon, ms: sooner if new keys were found. */
const PROVE_EVERY_MS = 60_000
/** Appended to the place of a name whose braces are not the framework's own: another queue may have the same name without them. */
const OTHER_BRACES = ' {}'

/**
 * All queues and their apps. A queue that was seen once stays: Redis deletes empty lists. A queue's identity depends on its key alone, so
 * that later findings never change it.
 */
export class Directory {
  readonly #connection: Connection
  readonly #options: ResolvedOptions
  readonly #placeIn: (prefix: string) => string
  readonly #finder: KeyFinder
  readonly #ownership: Ownership
  readonly #found = new Map<string, FoundQueue>()
  /** Keys beyond the limit. */
  readonly #left = new TextCount()
  /** Queues that Horizon has metrics for, by Horizon's prefix. */
  readonly #measured = new Map<string, readonly string[]>()
  /** Cache of all queues, valid until something new is learnt. */
  #known: { readonly of: string; readonly all: readonly LaravelQueue[] } | null = null
  #learnt = 0
  #proved = { at: Number.NEGATIVE_INFINITY, of: '' }

  /** @param placeIn returns the place of keys with a prefix */
  constructor(connection: Connection, options: ResolvedOptions, placeIn: (prefix: string) => string) {
    this.#connection = connection
    this.#options = options
    this.#placeIn = placeIn
    const { prefix, horizon } = options
    this.#ownership = new Ownership({ prefix, horizon: typeof horizon === 'string' ? this.#braced(horizon) : null })
    this.#finder = new KeyFinder(connection, options, {
      queue: (queue) => this.#keep(queue),
      connection: (found) => this.#ownership.meetConnection(found),
      horizon: (found) => this.#ownership.meetHorizon(found),
    })
  }

  /** Searches for keys, at most once a minute. Never rejects. */
  async look(): Promise<void> {
    await this.#finder.scan()
    const { horizons, prefixes } = this.#ownership
    const of = JSON.stringify([horizons, prefixes, this.#found.size])
    if (of === this.#proved.of && performance.now() - this.#proved.at < PROVE_EVERY_MS) return
    this.#proved = { at: performance.now(), of }
    await lookForProof(this.#connection, this.#ownership, [...this.#found.values()])
  }

  /** Whether this user may not search for keys. */
  get isDenied(): boolean {
    return this.#finder.isDenied
  }

  /** Prefixes of all Horizons that work, or may work, on queues of this source. */
  horizons(): string[] {
    const { horizons } = this.#ownership
    return this.#options.prefix === null
      ? horizons
      : horizons.filter((one) => this.#ownership.connectionsOf(one).length > 0)
  }

  /** Adds names known to Horizon, whose keys may be gone. */
  learn(horizon: string, names: readonly string[]): void {
    if (this.#measured.get(horizon)?.join('\n') === names.join('\n')) return
    this.#measured.set(horizon, names.slice(0, MAX_QUEUES))
    this.#learnt += 1
  }

  /** Number of queues beyond the limit. */
  get left(): number {
    return this.#options.names ? 0 : this.#left.size
  }

  queues(): readonly LaravelQueue[] {
    const { names } = this.#options
    return names ? names.flatMap((name) => this.#named(name)) : this.#all()
  }

  /** Queues for a name in the options: those of all apps that have one of that name. */
  #named(name: string): LaravelQueue[] {
    const own = this.#all().filter((queue) => queue.name === name || queue.raw === name)
    const [first, ...others] = own
    if (!first) return [this.#unseen(name)]
    // Places where it may have been shown before its first key was seen.
    const places = [...first.formerPlaces, this.#placeIn(''), this.#placeIn(this.#guess(this.#firstHorizon))]
    return others.length > 0 ? own : [{ ...first, formerPlaces: places.filter((place) => place !== first.place) }]
  }

  /**
   * The queue at an address, seen or not. A name works as an address as long as it is unique.
   *
   * @throws if the name is ambiguous
   */
  find(address: string): LaravelQueue {
    const all = this.#all()
    const exact = all.find((queue) => queue.address === address)
    if (exact) return exact
    const named = all.filter(({ name, raw, prefix }) => name === address || raw === address || prefix + raw === address)
    if (named.length > 1) throw notPossible(`Several apps here have a queue ${address}: ask for ${addressesOf(named)}`)
    return named[0] ?? this.#unseen(address)
  }

  /** The address of a queue by its place and name; null if it does not belong to this source. */
  locate(place: string, name: string): string | null {
    const { prefix } = this.#options
    const seen = this.#all().find(
      (queue) => queue.name === name && [queue.place, ...queue.formerPlaces].includes(place),
    )
    if (seen) return seen.address
    const known = this.#ownership.prefixes.find((one) => this.#placeIn(one) === place)
    if (known !== undefined) return this.#addressOf({ prefix: known, raw: this.#braced(name) })
    const start = `${this.#placeIn('')} `
    const rest = place.startsWith(start) ? place.slice(start.length) : ''
    // For other prefixes the place does not show whether they end with a colon.
    const isWhole = prefix === null && /[_-]$/.test(rest)
    return isWhole ? this.#addressOf({ prefix: rest, raw: this.#braced(name) }) : null
  }

  #unseen(address: string): LaravelQueue {
    const { prefix } = this.#options
    const told = prefix === null ? readQueueKey(address, 'list', null) : null
    if (told) return this.#queueOf(told, null)
    const [home, ...others] = this.#ownership.prefixes
    const raw = this.#braced(address)
    if (home !== undefined && others.length === 0) return this.#queueOf({ prefix: home, raw }, null)
    return this.#queueOf({ prefix: this.#guess(this.#firstHorizon), raw }, this.#firstHorizon || null)
  }

  get #firstHorizon(): string {
    return this.#ownership.horizons[0] ?? ''
  }

  #keep(queue: FoundQueue): void {
    this.#ownership.meetConnection(queue.prefix)
    const key = waitingKey(queue)
    if (this.#found.has(key)) return
    if (this.#found.size >= MAX_QUEUES) {
      this.#left.add(key)
      return
    }
    this.#found.set(key, queue)
    this.#learnt += 1
  }

  #all(): readonly LaravelQueue[] {
    const of = `${this.#learnt} ${this.#ownership.version}`
    if (this.#known?.of !== of) this.#known = { of, all: this.#makeAll() }
    return this.#known.all
  }

  #makeAll(): LaravelQueue[] {
    const found = [...this.#found.values()].map((queue) => this.#queueOf(queue, null))
    const known = new Set(found.map(({ prefix, name }) => JSON.stringify([prefix, name])))
    const measured = this.horizons().flatMap((horizon) => this.#measuredBy(horizon))
    return [...found, ...measured.filter(({ prefix, name }) => !known.has(JSON.stringify([prefix, name])))].sort(byName)
  }

  #measuredBy(horizon: string): LaravelQueue[] {
    const homes = this.#ownership.connectionsOf(horizon)
    const names = this.#measured.get(horizon) ?? []
    // With several homes, a name that one of them has jobs for is taken: an idle queue is shown once.
    const free = names.filter((name) => homes.length <= 1 || !homes.some((home) => this.#isFound(home, name)))
    const prefix = homes[0] ?? this.#guess(horizon)
    return free.map((name) => this.#queueOf({ prefix, raw: this.#braced(name) }, homes.length === 0 ? horizon : null))
  }

  /** @param guessedOf the Horizon whose app's prefix is only likely */
  #queueOf(found: FoundQueue, guessedOf: string | null): LaravelQueue {
    const horizon = guessedOf ?? this.#ownership.horizonOf(found.prefix)
    const name = bareName(found.raw)
    const rivals = horizon === null ? [] : this.#ownership.connectionsOf(horizon)
    return {
      ...found,
      name,
      horizon,
      address: this.#addressOf(found),
      place: this.#placeOf(found),
      formerPlaces: horizon === null || guessedOf !== null ? [] : this.#formerPlaces(horizon, found.prefix),
      obstacle: whyNotPushed({ isGuess: guessedOf !== null || this.#isNowhere(found), rivals, name }),
    }
  }

  /** Neither the options nor any key mention this prefix. */
  #isNowhere({ prefix }: FoundQueue): boolean {
    return this.#options.prefix === null && !this.#ownership.prefixes.includes(prefix)
  }

  /** Where the queues of a Horizon are shown before any of their keys is seen. */
  #formerPlaces(horizon: string, prefix: string): string[] {
    const likely = likelyConnection(horizon)
    return likely === prefix || this.#ownership.prefixes.includes(likely) ? [] : [this.#placeIn(likely)]
  }

  /** A likely prefix; never that of an app that exists, because keys with it belong to that app. */
  #guess(horizon: string): string {
    const likely = likelyConnection(horizon)
    return this.#ownership.prefixes.includes(likely) ? horizon : likely
  }

  #isFound(prefix: string, name: string): boolean {
    return [name, `{${name}}`].some((raw) => this.#found.has(waitingKey({ prefix, raw })))
  }

  #addressOf(found: FoundQueue): string {
    const isPlain = this.#options.prefix === found.prefix && this.#isUsual(found.raw)
    return isPlain ? bareName(found.raw) : waitingKey(found)
  }

  #placeOf({ prefix, raw }: FoundQueue): string {
    return `${this.#placeIn(prefix)}${this.#isUsual(raw) ? '' : OTHER_BRACES}`
  }

  /** Whether the name has the braces that the framework would give it here. */
  #isUsual(raw: string): boolean {
    return raw === this.#braced(bareName(raw))
  }

  /** Adds the braces that Laravel 13 and Horizon add on a Cluster; older versions work there only if the app did. */
  #braced(text: string): string {
    return this.#connection.isCluster && !text.includes('{') ? `{${text}}` : text
  }
}

function byName(left: LaravelQueue, right: LaravelQueue): number {
  const [a, b] = [left, right].map(({ name, address }) => `${name}\n${address}`) as [string, string]
  return a < b ? -1 : 1
}

function addressesOf(queues: readonly LaravelQueue[]): string {
  return queues.map(({ address }) => address).join(' or ')
}
