import { Sketch } from '../../protocol/index.js'

/** After so many texts they are merged into one, so that memory does not grow with the number of nodes. */
const MAX_TEXTS = 16

const scratch = new Sketch()

/**
 * The sketches of many nodes as one. They stay in their text form, some hundred bytes against 5 KB, until somebody asks:
 * most series are never shown.
 */
export class MergedSketch {
  #texts: string[] = []

  /** @param text in {@link Sketch.encode}'s form; what is not is left out */
  add(text: string): void {
    if (text === '') return
    this.#texts.push(text)
    if (this.#texts.length > MAX_TEXTS) this.#texts = [mergeTexts(this.#texts)]
  }

  mergeInto(target: Sketch): void {
    if (this.#texts.length > 1) this.#texts = [mergeTexts(this.#texts)]
    target.mergeText(this.#texts[0] ?? '')
  }
}

/** Merges sketches in their text form into one in that form. */
export function mergeTexts(texts: readonly string[]): string {
  if (texts.length === 1) return texts[0] as string
  scratch.clear()
  for (const text of texts) scratch.mergeText(text)
  return scratch.encode()
}
