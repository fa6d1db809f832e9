import { horizonFor } from './apps.js'

/** How many connections, and how many Horizons, are told apart: those that were found first. */
const MAX_APPS = 1_000

interface Given {
  /** Null: whatever is found. */
  readonly prefix: string | null
  /** As it stands in the keys; null when it was not given. */
  readonly horizon: string | null
}

/** Which Horizon works on the queues of which connection: by what the options say, by what jobs prove, by the app's name. */
export class Ownership {
  readonly #given: Given
  readonly #prefixes = new Set<string>()
  readonly #horizons = new Set<string>()
  readonly #proven = new Map<string, string>()
  readonly #refuted = new Set<string>()
  /** What was worked out since something was learnt; for many apps it takes a while. */
  readonly #horizonByPrefix = new Map<string, string | null>()
  readonly #prefixesByHorizon = new Map<string, string[]>()
  #version = 0

  constructor(given: Given) {
    this.#given = given
    if (given.prefix !== null) this.#prefixes.add(given.prefix)
    if (given.horizon !== null) this.#horizons.add(given.horizon)
  }

  /** Prefixes of the connections that queues were found of, in alphabetical order. */
  get prefixes(): string[] {
    return [...this.#prefixes].sort()
  }

  get horizons(): string[] {
    return [...this.#horizons].sort()
  }

  /** Another number whenever something was learnt. */
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

  /** Horizon knows jobs of this connection. */
  prove(prefix: string, horizon: string): void {
    this.#proven.set(prefix, horizon)
    this.#learnt()
  }

  /** The jobs of this connection were not pushed by Horizon's queue. */
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

  /** Whose jobs a Horizon works on: none when its app's queues were not seen, several when nothing tells them apart. */
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

  /** Connections that only their jobs can tell more of. */
  get open(): string[] {
    const isClear = this.#prefixes.size <= 1 && this.horizons.every((one) => this.connectionsOf(one).length === 1)
    return isClear ? [] : this.prefixes.filter((prefix) => !this.#proven.has(prefix))
  }

  #claimOf(prefix: string): string | null {
    const isOnly = this.#prefixes.size <= 1
    if (this.#given.horizon !== null && isOnly) return this.#given.horizon
    return horizonFor(prefix, this.horizons, this.#prefixes.size)
  }

  /** Of several connections with one app's name, those that a proof speaks for or against leave the others no doubt. */
  #mayHave(prefix: string, horizon: string): boolean {
    if ([...this.#proven.values()].includes(horizon)) return false
    const hasRival = this.prefixes.some((other) => other !== prefix && this.#claimOf(other) === horizon)
    return !hasRival || !this.#refuted.has(prefix)
  }
}
