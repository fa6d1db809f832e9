import { mergeSketches, type Sketch } from '../../../protocol/index.js'
import type { Budget } from './budget.js'

/** After so many texts they are merged into one, so that memory does not grow with the number of nodes. */
const MAX_TEXTS = 16

/**
 * The sketches of many nodes as one. They stay in their text form, some hundred bytes against 5 KB, until somebody asks:
 * most series are never shown.
 */
export class MergedSketch {
  readonly #budget: Budget
  #texts: string[] = []
  #chars = 0
  #isWhole = true

  constructor(budget: Budget) {
    this.#budget = budget
  }

  /** Whether all that was added is in it: otherwise nobody knows its percentiles. */
  get isWhole(): boolean {
    return this.#isWhole
  }

  /** @param text in {@link Sketch.encode}'s form; what is not is left out */
  add(text: string): void {
    if (text === '') return
    if (!this.#budget.hasRoom(text.length)) {
      this.#isWhole = false
      return
    }
    this.#texts.push(text)
    this.#hold(this.#chars + text.length)
    if (this.#texts.length > MAX_TEXTS) this.#compact()
  }

  mergeInto(target: Sketch): void {
    if (this.#texts.length > 1) this.#compact()
    target.mergeText(this.#texts[0] ?? '')
  }

  /** It is needed no more: what it holds others may. */
  release(): void {
    this.#texts = []
    this.#hold(0)
  }

  #compact(): void {
    const text = mergeSketches(this.#texts)
    this.#texts = [text]
    this.#hold(text.length)
  }

  #hold(chars: number): void {
    this.#budget.hold(chars - this.#chars)
    this.#chars = chars
  }
}
