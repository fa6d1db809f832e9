/** A part of a text. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** A secret, and where the scan continues: by default right after it. */
export interface Secret extends Span {
  readonly next?: number
}

/** Secrets that are found together, and the end of the text that was read for them. */
export interface Secrets {
  readonly spans: readonly Span[]
  readonly to: number
}

/** The spans of a text to mask. */
export class Masks {
  readonly #spans: Span[] = []
  /** All text before it is masked or was read: a mail address can't begin earlier. */
  floor = 0

  /** @returns where the scan continues */
  add(secret: Secret): number {
    const { from, to } = secret
    if (to > from) this.#spans.push(secret)
    this.floor = Math.max(this.floor, to)
    return secret.next ?? to
  }

  /** @returns where the scan continues */
  addAll({ spans, to }: Secrets): number {
    for (const span of spans) this.add(span)
    return to
  }

  /** Adds spans that the scan has not reached yet. @returns the end of the text that was read for them */
  addAhead({ spans, to }: Secrets): number {
    for (const span of spans) this.#spans.push(span)
    return to
  }

  /** The spans in order and without overlaps. */
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
