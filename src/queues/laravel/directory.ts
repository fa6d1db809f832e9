import { MAX_QUEUES } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { horizonFor, likelyConnection } from './apps.js'
import { KeyFinder } from './key-finder.js'
import { bareName, type FoundQueue, type LaravelQueue } from './names.js'
import type { ResolvedOptions } from './options.js'

/** Which queues there are, and whose. What was seen once stays: Redis drops empty lists. */
export class Directory {
  readonly #options: ResolvedOptions
  readonly #isCluster: boolean
  readonly #finder: KeyFinder
  readonly #found = new Map<string, FoundQueue>()
  readonly #horizons = new Set<string>()
  /** Names that Horizon counts the jobs of, by Horizon's prefix. */
  readonly #measured = new Map<string, readonly string[]>()

  constructor(connection: Connection, options: ResolvedOptions) {
    this.#options = options
    this.#isCluster = connection.isCluster
    if (typeof options.horizon === 'string') this.#horizons.add(this.#braced(options.horizon))
    this.#finder = new KeyFinder(connection, options, {
      queue: (queue) => this.#keep(queue),
      horizon: (horizon) => this.#horizons.add(horizon),
    })
  }

  /** Looks for keys, at most once a minute. Never rejects. */
  look(): Promise<void> {
    return this.#finder.look()
  }

  /** The prefixes of every Horizon that belongs to queues of this source. */
  horizons(): string[] {
    const prefixes = this.#prefixes()
    if (prefixes.length === 0) return [...this.#horizons]
    return [...new Set(prefixes.map((prefix) => this.#horizonOf(prefix)).filter((horizon) => horizon !== null))]
  }

  /** Names that Horizon knows although their keys may be gone. */
  learn(horizon: string, names: readonly string[]): void {
    this.#measured.set(horizon, names.slice(0, MAX_QUEUES))
  }

  queues(): LaravelQueue[] {
    const { names } = this.#options
    const all = this.#named()
    return names ? names.map((name) => this.#among(all, name)) : all
  }

  /** The queue of a name, seen or not. */
  find(name: string): LaravelQueue {
    return this.#among(this.#named(), name)
  }

  #among(all: readonly LaravelQueue[], name: string): LaravelQueue {
    return all.find((queue) => queue.name === name) ?? all.find((queue) => queue.raw === name) ?? this.#unseen(name)
  }

  #unseen(name: string): LaravelQueue {
    const [prefix, ...others] = this.#prefixes()
    const home = prefix !== undefined && others.length === 0 ? prefix : null
    const queue = { prefix: home ?? this.#likely(), raw: this.#braced(name) }
    return { ...queue, name: bareName(name), isGuess: home === null, horizon: this.#horizonOf(queue.prefix) }
  }

  #keep(queue: FoundQueue): void {
    if (this.#found.size < MAX_QUEUES) this.#found.set(JSON.stringify([queue.prefix, queue.raw]), queue)
  }

  #named(): LaravelQueue[] {
    const all = this.#all()
    const sharing = new Map<string, FoundQueue[]>()
    for (const queue of all) {
      const name = bareName(queue.raw)
      sharing.set(name, [...(sharing.get(name) ?? []), queue])
    }
    return all
      .map((queue) => ({
        ...queue,
        name: shownName(queue, sharing.get(bareName(queue.raw)) ?? []),
        horizon: this.#horizonOf(queue.prefix),
      }))
      .sort((left, right) => (left.name < right.name ? -1 : 1))
  }

  #all(): (FoundQueue & { isGuess: boolean })[] {
    const found = [...this.#found.values()].map((queue) => ({ ...queue, isGuess: false }))
    const known = new Set(found.map(({ prefix, raw }) => JSON.stringify([prefix, bareName(raw)])))
    const measured = this.horizons().flatMap((horizon) => this.#measuredBy(horizon))
    return [...found, ...measured.filter(({ prefix, raw }) => !known.has(JSON.stringify([prefix, bareName(raw)])))]
  }

  #measuredBy(horizon: string) {
    const home = this.#prefixes().find((prefix) => this.#horizonOf(prefix) === horizon)
    const prefix = home ?? likelyConnection(horizon)
    const names = this.#measured.get(horizon) ?? []
    return names.map((name) => ({ prefix, raw: this.#braced(name), isGuess: home === undefined }))
  }

  #prefixes(): string[] {
    const { prefix } = this.#options
    return prefix !== null ? [prefix] : [...new Set([...this.#found.values()].map((queue) => queue.prefix))].sort()
  }

  #likely(): string {
    const [horizon] = this.#horizons
    return likelyConnection(horizon ?? '')
  }

  #horizonOf(prefix: string): string | null {
    const connections = Math.max(1, this.#prefixes().length)
    const [first] = this.#horizons
    const isGiven = typeof this.#options.horizon === 'string'
    if (isGiven && connections === 1) return first ?? null
    return horizonFor(prefix, [...this.#horizons], connections)
  }

  /** On a Cluster Laravel 13 and Horizon put braces around what has none; older ones only work where the app did. */
  #braced(text: string): string {
    return this.#isCluster && !text.includes('{') ? `{${text}}` : text
  }
}

/** The name alone, unless other queues have it, too. */
function shownName(queue: FoundQueue, sharing: readonly FoundQueue[]): string {
  if (sharing.length <= 1) return bareName(queue.raw)
  const isOneApp = sharing.every(({ prefix }) => prefix === queue.prefix)
  return isOneApp ? queue.raw : `${queue.prefix}${queue.raw}`
}
