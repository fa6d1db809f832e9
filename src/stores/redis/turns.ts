import { MAX_BATCH_BYTES } from '../../protocol/read-limits.js'

/**
 * Decides when to yield to the event loop while texts are parsed. Their sizes are unknown before they are loaded: many large ones may
 * follow many small ones.
 */
export class Turns {
  #chars = 0

  /** @param chars to parse next @returns whether to await {@link nextTurn} first */
  isDue(chars: number): boolean {
    const isDue = this.#chars > 0 && this.#chars + chars > MAX_BATCH_BYTES
    this.#chars = isDue ? chars : this.#chars + chars
    return isDue
  }
}
