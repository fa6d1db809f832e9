import {
  MAX_ALL_SERIES,
  MAX_ROLLUPS,
  MAX_SKETCH_CHARS,
  MIN_SERVICE_SERIES,
  NODE_ROLLUPS,
} from '../../../protocol/read-limits.js'

/** What all services together may hold of rollups, routes, jobs and sketches, however many there are. */
export class Budget {
  #series = 0
  #chars = 0
  #rollups = 0
  #counters = 0
  #left = { sketches: 0, rollups: 0 }

  /** What had no room, as long as there is little of it. */
  get left(): { readonly sketches: number; readonly rollups: number } {
    return this.#left
  }

  /** What is held. */
  get held(): { readonly series: number; readonly chars: number; readonly rollups: number } {
    return { series: this.#series, chars: this.#chars, rollups: this.#rollups }
  }

  /** @param own how many the table has that wants one more: its first ones have a place for sure. @returns whether there is one */
  takeSeries(own: number): boolean {
    if (own >= MIN_SERVICE_SERIES && this.#series >= MAX_ALL_SERIES) return false
    this.#series += 1
    return true
  }

  giveSeries(): void {
    this.#series -= 1
  }

  /** The same for counters, which never become fewer. @param own as for series */
  takeCounter(own: number): boolean {
    if (own >= MIN_SERVICE_SERIES && this.#counters >= MAX_ALL_SERIES) return false
    this.#counters += 1
    return true
  }

  /** @param isFirst of its node, which has to be remembered, too. @returns whether there is room for it */
  takeRollup(isFirst: boolean): boolean {
    const cost = isFirst ? NODE_ROLLUPS : 1
    const hasRoom = this.#rollups + cost <= MAX_ROLLUPS
    if (hasRoom) this.#rollups += cost
    else this.#left.rollups += 1
    return hasRoom
  }

  /** @param isLast of its node */
  giveRollup(isLast: boolean): void {
    this.#rollups -= isLast ? NODE_ROLLUPS : 1
    if (this.#rollups < MAX_ROLLUPS / 2) this.#left.rollups = 0
  }

  /** Whether so many characters of a sketch may be held; counts those that may not. */
  hasRoom(chars: number): boolean {
    const hasRoom = this.#chars + chars <= MAX_SKETCH_CHARS
    if (!hasRoom) this.#left.sketches += 1
    return hasRoom
  }

  /** @param chars more, or fewer when it is negative */
  hold(chars: number): void {
    this.#chars += chars
    if (this.#chars < MAX_SKETCH_CHARS / 2) this.#left.sketches = 0
  }
}
