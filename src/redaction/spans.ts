/** A part of a text. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** A secret, and where the text goes on: right behind it, if nothing else is said. */
export interface Secret extends Span {
  readonly next?: number
}

/** Secrets that are found together, and up to where the text was read for them. */
export interface Secrets {
  readonly spans: readonly Span[]
  readonly to: number
}

/** What is to be masked of a text. */
export class Masks {
  readonly #spans: Span[] = []
  /** All before is masked, or was read: a mail address begins here at the earliest. */
  floor = 0

  /** @returns where to go on */
  add(secret: Secret): number {
    const { from, to } = secret
    if (to > from) this.#spans.push(secret)
    this.floor = Math.max(this.floor, to)
    return secret.next ?? to
  }

  /** @returns where to go on */
  addAll({ spans, to }: Secrets): number {
    for (const span of spans) this.add(span)
    return to
  }

  /** What is yet to be scanned. @returns up to where nothing more is to be looked for */
  addAhead({ spans, to }: Secrets): number {
    for (const span of spans) this.#spans.push(span)
    return to
  }

  /** From the first to the last, apart from each other. */
  apart(): Span[] {
    const spans = this.#spans
    if (spans.length === 0) return spans
    const sorted = isSorted(spans) ? spans : [...spans].sort((a, b) => a.from - b.from)
    const result: Span[] = []
    let end = 0
    for (const { from, to } of sorted) {
      if (to > end) result.push({ from: Math.max(from, end), to })
      end = Math.max(end, to)
    }
    return result
  }
}

function isSorted(spans: readonly Span[]): boolean {
  return spans.every(({ from }, index) => index === 0 || from >= (spans[index - 1] as Span).to)
}
