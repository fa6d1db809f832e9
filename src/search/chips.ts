/** A condition as it is written: `-queue:"my queue"`. */
export interface Chip {
  /** As written. */
  readonly text: string
  /** Where it is in the search: [from, to). */
  readonly from: number
  readonly to: number
  readonly isNot: boolean
  /** As written; null for words. */
  readonly field: string | null
  /** Without its quotes and escapes. */
  readonly value: string
  readonly isQuoted: boolean
  /** Whether the closing quote is missing. */
  readonly isOpen: boolean
}

/** `https://…` and `Order::ship` are words, not fields. */
const CHIP = /(-(?=[^\s-]))?(?:([\p{L}_$][^\s:"]*):(?!\/\/|:))?(?:"((?:[^"\\]|\\[\s\S])*)("|\\?$)|(\S*))/uy
const SPACE = /\s*/y

/** The conditions of a search, in order: to show each with a button that removes it, and to read them. */
export function chipsOf(text: string): readonly Chip[] {
  const chips: Chip[] = []
  for (let from = afterSpace(text, 0); from < text.length; ) {
    CHIP.lastIndex = from
    const [whole = '', not, field, quoted, close, plain] = CHIP.exec(text) ?? [text.slice(from)]
    const to = from + whole.length
    const isQuoted = quoted !== undefined
    const value = isQuoted ? quoted.replace(/\\(["\\])/g, '$1') : (plain ?? '')
    const isOpen = isQuoted && close !== '"'
    chips.push({ text: whole, from, to, isNot: not === '-', field: field ?? null, value, isQuoted, isOpen })
    from = afterSpace(text, Math.max(to, from + 1))
  }
  return chips
}

/** A search without one of its chips. */
export function withoutChip(text: string, { from, to }: Pick<Chip, 'from' | 'to'>): string {
  return `${text.slice(0, from).trimEnd()} ${text.slice(to).trimStart()}`.trim()
}

function afterSpace(text: string, at: number): number {
  SPACE.lastIndex = at
  SPACE.test(text)
  return SPACE.lastIndex
}
