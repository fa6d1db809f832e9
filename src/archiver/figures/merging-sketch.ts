import { mergeSketches } from '../../protocol/index.js'

/** Texts to hold before they are merged into one. */
const MAX_TEXTS = 32

/** Sketches in their text form that become one: merging many at once costs less than one after the other. */
export class MergingSketch {
  #texts: string[] = []

  add(text: string): void {
    if (text === '') return
    this.#texts.push(text)
    if (this.#texts.length >= MAX_TEXTS) this.#merge()
  }

  /** All of them: `Sketch.encode`. */
  get text(): string {
    if (this.#texts.length > 1) this.#merge()
    return this.#texts[0] ?? ''
  }

  #merge(): void {
    this.#texts = [mergeSketches(this.#texts)]
  }
}
