/** Maximum number of characters that are masked for one response of Zenith: the rest is cut. */
const ANSWER_CHARS = 500_000
/** Shorter texts are useless. */
const MIN_CHARS = 20

/** Number of characters that may still be masked. */
export class MaskBudget {
  #left: number

  constructor(chars: number = ANSWER_CHARS) {
    this.#left = chars
  }

  /** Takes this number of characters, or all that are left. @returns how many it took */
  take(chars: number): number {
    const taken = Math.min(chars, this.#left)
    this.#left -= taken
    return taken
  }
}

/**
 * Masks a text and cuts it at a limit, or where the budget ends: then the text ends with the number of missing characters.
 *
 * @param mask masks a text and cuts it at a number of characters
 */
export function maskedInBudget(
  text: string,
  limit: number,
  budget: MaskBudget,
  mask: (text: string, maxChars: number) => string,
): string {
  const wanted = Math.min(text.length, limit)
  const taken = budget.take(wanted)
  if (taken === wanted) return mask(text, limit)
  if (taken < MIN_CHARS) return notShown(text.length)
  return mask(text, taken).replace(/…$/, '') + notShown(text.length - taken)
}

/** The end of a text that was cut because of its cost. */
export function notShown(chars: number): string {
  return `… (cut, ${chars} characters not shown)`
}
