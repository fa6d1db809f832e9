import { Sketch } from '../../protocol/index.js'

/** After so many texts they are merged into one, so that memory does not grow with the number of nodes. */
const MAX_TEXTS = 32

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
    const merged = Sketch.decode(this.#texts[0] ?? '')
    if (merged) target.merge(merged)
  }
}

/** Merges sketches in their text form into one in that form. */
export function mergeTexts(texts: readonly string[]): string {
  if (texts.length === 1) return texts[0] as string
  const merged = new Sketch()
  for (const text of texts) {
    const sketch = Sketch.decode(text)
    if (sketch) merged.merge(sketch)
  }
  return merged.encode()
}
