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

/** How often jobs are looked into for whose they are, ms: once more when keys were found that were not known. */
const PROVE_EVERY_MS = 60_000
/** Stands behind the place of a name whose braces are not those that the framework puts: another queue may have it without. */
const OTHER_BRACES = ' {}'

/**
 * Which queues there are, and whose. What was seen once stays: Redis drops empty lists. What names a queue is made of its key
 * alone, so that nothing that is found later makes it another one.
 */
export class Directory {
  readonly #connection: Connection
  readonly #options: ResolvedOptions
  readonly #placeIn: (prefix: string) => string
  readonly #finder: KeyFinder
  readonly #ownership: Ownership
  readonly #found = new Map<string, FoundQueue>()
  /** Keys of those that are too many. */
  readonly #left = new TextCount()
  /** Names that Horizon counts the jobs of, by Horizon's prefix. */
  readonly #measured = new Map<string, readonly string[]>()
  /** All queues, as long as nothing was learnt since. */
  #known: { readonly of: string; readonly all: readonly LaravelQueue[] } | null = null
  #learnt = 0
  #proved = { at: Number.NEGATIVE_INFINITY, of: '' }

  /** @param placeIn the place of what begins with a prefix */
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

  /** Looks for keys, at most once a minute. Never rejects. */
  async look(): Promise<void> {
    await this.#finder.scan()
    const { horizons, prefixes } = this.#ownership
    const of = JSON.stringify([horizons, prefixes, this.#found.size])
    if (of === this.#proved.of && performance.now() - this.#proved.at < PROVE_EVERY_MS) return
    this.#proved = { at: performance.now(), of }
    await lookForProof(this.#connection, this.#ownership, [...this.#found.values()])
  }

  /** Whether this user may not look for keys. */
  get isDenied(): boolean {
    return this.#finder.isDenied
  }

  /** The prefixes of every Horizon that works on queues of this source, or may do so. */
  horizons(): string[] {
    const { horizons } = this.#ownership
    return this.#options.prefix === null
      ? horizons
      : horizons.filter((one) => this.#ownership.connectionsOf(one).length > 0)
  }

  /** Names that Horizon knows although their keys may be gone. */
  learn(horizon: string, names: readonly string[]): void {
    if (this.#measured.get(horizon)?.join('\n') === names.join('\n')) return
    this.#measured.set(horizon, names.slice(0, MAX_QUEUES))
    this.#learnt += 1
  }

  /** How many were found and are too many to be read. */
  get left(): number {
    return this.#options.names ? 0 : this.#left.size
  }

  queues(): readonly LaravelQueue[] {
    const { names } = this.#options
    return names ? names.flatMap((name) => this.#named(name)) : this.#all()
  }

  /** What an option names: the queues of all apps that have one of that name. */
  #named(name: string): LaravelQueue[] {
    const own = this.#all().filter((queue) => queue.name === name || queue.raw === name)
    const [first, ...others] = own
    if (!first) return [this.#unseen(name)]
    // Before a key of it was seen it was shown as well.
    const places = [...first.formerPlaces, this.#placeIn(''), this.#placeIn(this.#guess(this.#firstHorizon))]
    return others.length > 0 ? own : [{ ...first, formerPlaces: places.filter((place) => place !== first.place) }]
  }

  /**
   * The queue of an address, seen or not. Its name will do, as long as it is the only one of that name.
   *
   * @throws when nothing says which one is meant
   */
  find(address: string): LaravelQueue {
    const all = this.#all()
    const exact = all.find((queue) => queue.address === address)
    if (exact) return exact
    const named = all.filter(({ name, raw, prefix }) => name === address || raw === address || prefix + raw === address)
    if (named.length > 1) throw notPossible(`Several apps here have a queue ${address}: ask for ${addressesOf(named)}`)
    return named[0] ?? this.#unseen(address)
  }

  /** The address of what is at a place under a name; null for what is not of this source. */
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
    // Of other prefixes a place does not tell whether they end with a colon.
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
    // One of several homes has it already, as long as it has jobs: an idle one is shown once.
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

  /** Neither the options nor any key speak of this prefix. */
  #isNowhere({ prefix }: FoundQueue): boolean {
    return this.#options.prefix === null && !this.#ownership.prefixes.includes(prefix)
  }

  /** Where the queues of a Horizon are shown as long as none of their keys was seen. */
  #formerPlaces(horizon: string, prefix: string): string[] {
    const likely = likelyConnection(horizon)
    return likely === prefix || this.#ownership.prefixes.includes(likely) ? [] : [this.#placeIn(likely)]
  }

  /** Never the prefix of an app that is there: what begins with it is that one's. */
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

  /** Whether its name has the braces that the framework gives it here. */
  #isUsual(raw: string): boolean {
    return raw === this.#braced(bareName(raw))
  }

  /** On a Cluster Laravel 13 and Horizon put braces around what has none; older ones only work where the app did. */
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
