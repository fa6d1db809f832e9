/** How many characters are masked for one answer of Zenith's, at most: what is beyond is cut. */
const ANSWER_CHARS = 500_000
/** Fewer tell nothing. */
const MIN_CHARS = 20

/** How many characters may yet be masked. */
export class MaskBudget {
  #left: number

  constructor(chars: number = ANSWER_CHARS) {
    this.#left = chars
  }

  /** Takes so many characters, or all that are left. @returns how many it took */
  take(chars: number): number {
    const taken = Math.min(chars, this.#left)
    this.#left -= taken
    return taken
  }
}

/**
 * Masks a text and cuts it at a limit, or where the budget ends: then it says how much is missing.
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

/** What stands at the end of a text that was cut for its cost. */
export function notShown(chars: number): string {
  return `… (cut, ${chars} characters not shown)`
}
