import { MAX_BATCH_BYTES } from '../../protocol/read-limits.js'

/**
 * The loop turns between texts that are parsed one after the other. How large the next entries are is not known before they are
 * loaded, so that many large ones may come at once after many small ones.
 */
export class Turns {
  #chars = 0

  /** @param chars that are parsed next. @returns whether to wait for a {@link nextTurn} first */
  isDue(chars: number): boolean {
    const isDue = this.#chars > 0 && this.#chars + chars > MAX_BATCH_BYTES
    this.#chars = isDue ? chars : this.#chars + chars
    return isDue
  }
}
