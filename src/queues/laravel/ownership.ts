import { horizonFor } from './apps.js'

/** Most connections, and most Horizons, to distinguish: the first ones found. */
const MAX_APPS = 1_000

interface Given {
  /** Null: any prefix found. */
  readonly prefix: string | null
  /** As in the keys; null if not given. */
  readonly horizon: string | null
}

/** Assigns connections to the Horizons that work on their queues: by the options, by proof from jobs, and by the app's name. */
export class Ownership {
  readonly #given: Given
  readonly #prefixes = new Set<string>()
  readonly #horizons = new Set<string>()
  readonly #proven = new Map<string, string>()
  readonly #refuted = new Set<string>()
  /** Caches, cleared when something new is learnt: with many apps the computation is slow. */
  readonly #horizonByPrefix = new Map<string, string | null>()
  readonly #prefixesByHorizon = new Map<string, string[]>()
  #version = 0

  constructor(given: Given) {
    this.#given = given
    if (given.prefix !== null) this.#prefixes.add(given.prefix)
    if (given.horizon !== null) this.#horizons.add(given.horizon)
  }

  /** Prefixes of all connections with queues, in alphabetical order. */
  get prefixes(): string[] {
    return [...this.#prefixes].sort()
  }

  get horizons(): string[] {
    return [...this.#horizons].sort()
  }

  /** Changes whenever something new is learnt. */
  get version(): number {
    return this.#version
  }

  meetConnection(prefix: string): void {
    if (this.#prefixes.has(prefix) || this.#prefixes.size >= MAX_APPS) return
    this.#prefixes.add(prefix)
    this.#learnt()
  }

  meetHorizon(horizon: string): void {
    if (this.#horizons.has(horizon) || this.#horizons.size >= MAX_APPS) return
    this.#horizons.add(horizon)
    this.#learnt()
  }

  /** Records that Horizon knows jobs of this connection. */
  prove(prefix: string, horizon: string): void {
    this.#proven.set(prefix, horizon)
    this.#learnt()
  }

  /** Records that jobs of this connection were not pushed by Horizon's queue. */
  refute(prefix: string): void {
    if (this.#refuted.has(prefix)) return
    this.#refuted.add(prefix)
    this.#learnt()
  }

  horizonOf(prefix: string): string | null {
    const known = this.#horizonByPrefix.get(prefix)
    if (known !== undefined) return known
    const horizon = this.#findHorizonOf(prefix)
    this.#horizonByPrefix.set(prefix, horizon)
    return horizon
  }

  /** The connections that a Horizon works on: none if no queue of its app was seen, several if they cannot be distinguished. */
  connectionsOf(horizon: string): readonly string[] {
    const known = this.#prefixesByHorizon.get(horizon)
    if (known) return known
    const prefixes = this.prefixes.filter((prefix) => this.horizonOf(prefix) === horizon)
    this.#prefixesByHorizon.set(horizon, prefixes)
    return prefixes
  }

  #learnt(): void {
    this.#version += 1
    this.#horizonByPrefix.clear()
    this.#prefixesByHorizon.clear()
  }

  #findHorizonOf(prefix: string): string | null {
    const proven = this.#proven.get(prefix)
    if (proven !== undefined) return proven
    const { prefix: given, horizon } = this.#given
    if (horizon !== null && given === prefix) return horizon
    const claimed = this.#claimOf(prefix)
    return claimed !== null && this.#mayHave(prefix, claimed) ? claimed : null
  }

  /** Connections that only their jobs can assign. */
  get open(): string[] {
    const isClear = this.#prefixes.size <= 1 && this.horizons.every((one) => this.connectionsOf(one).length === 1)
    return isClear ? [] : this.prefixes.filter((prefix) => !this.#proven.has(prefix))
  }

  #claimOf(prefix: string): string | null {
    const isOnly = this.#prefixes.size <= 1
    if (this.#given.horizon !== null && isOnly) return this.#given.horizon
    return horizonFor(prefix, this.horizons, this.#prefixes.size)
  }

  /** Proofs for or against one of several connections with the same app name settle the others as well. */
  #mayHave(prefix: string, horizon: string): boolean {
    if ([...this.#proven.values()].includes(horizon)) return false
    const hasRival = this.prefixes.some((other) => other !== prefix && this.#claimOf(other) === horizon)
    return !hasRival || !this.#refuted.has(prefix)
  }
}
