import { ALNUM, DIGIT, KEY_CHAR, kindOf, LETTER, NAME_CHAR } from './chars.js'

/** The result of a search from a position. */
interface Found {
  from: number
  at: number
}

/** The same for a word, which does not occur after a third position. */
interface Word extends Found {
  gone: number
}

/** The end of a quotation, and where the scan continues after it. */
export interface QuotationEnd {
  readonly to: number
  readonly next: number
}

/** No character has this code. */
const NO_CHAR = 0xffff

/**
 * Counts the characters of all scanned texts, and how often a character was read: an interval has a budget, and a test can measure how the
 * work grows with the text.
 */
export const work = { chars: 0, steps: 0 }

/**
 * A text that is read from its beginning to its end. Searches ahead are cached, so that no part of the text is searched twice for the same
 * thing: this is what makes the scan linear.
 */
export class Source {
  readonly text: string
  readonly end: number
  readonly codes: Uint16Array
  #quotations: Map<number, QuotationEnd> | null = null
  #words: Map<string, Word> | null = null
  #ends: Map<unknown, Found> | null = null
  readonly #nameRun: Found = { from: 0, at: -1 }
  readonly #keyRun: Found = { from: 0, at: -1 }
  readonly #strong: Found = { from: 0, at: -1 }
  readonly #lastEncoded = { end: -1, at: -1 }
  readonly #lastAt = { end: -1, at: -1 }

  constructor(text: string) {
    this.text = text
    this.end = text.length
    this.codes = codesOf(text)
  }

  /** The code of a character; {@link NO_CHAR} outside the text. */
  code(at: number): number {
    return at >= 0 && at < this.end ? (this.codes[at] as number) : NO_CHAR
  }

  has(word: string, at: number): boolean {
    return this.text.startsWith(word, at)
  }

  /** Ends of joined quotations, by the position where one of them closes. */
  get quotations(): Map<number, QuotationEnd> {
    this.#quotations ??= new Map()
    return this.#quotations
  }

  /** Whether a word is at a position, in lower or upper case. It compares from the end, because its beginning is what leads here. */
  spells(small: string, capital: string, from: number): boolean {
    for (let at = small.length - 1; at >= 0; at--) {
      const code = this.code(from + at)
      work.steps += 1
      if (code !== small.charCodeAt(at) && code !== capital.charCodeAt(at)) return false
    }
    return true
  }

  /** The next position of a word; -1 if there is none. */
  find(word: string, from: number): number {
    const known = this.#words?.get(word) ?? this.#wordAnew(word)
    if (from >= known.gone) return -1
    if (from >= known.from && from <= known.at) return known.at
    const at = this.text.indexOf(word, from)
    work.steps += (at < 0 ? this.end : at) - from
    if (at < 0) known.gone = from
    else {
      known.from = from
      known.at = at
    }
    return at
  }

  #wordAnew(word: string): Word {
    const anew = { from: 0, at: -1, gone: this.end }
    this.#words ??= new Map()
    this.#words.set(word, anew)
    return anew
  }

  /** The end of a part whose end is the same from every position in it: cached until it is passed. */
  endOf(what: unknown, from: number, search: (from: number) => number): number {
    const known = this.#ends?.get(what)
    if (known && from >= known.from && from <= known.at) return known.at
    const at = search(from)
    this.#ends ??= new Map()
    this.#ends.set(what, { from, at })
    return at
  }

  /** The end of a run of characters of these kinds. */
  runOf(kinds: number, from: number): number {
    let at = from
    while (at < this.end && (kindOf(this.codes[at] as number) & kinds) !== 0) at += 1
    work.steps += at - from
    return at
  }

  /** The end of a run of characters of none of these kinds. */
  runUntil(kinds: number, from: number): number {
    return this.endOf(~kinds, from, () => {
      let at = from
      while (at < this.end && (kindOf(this.codes[at] as number) & kinds) === 0) at += 1
      work.steps += at - from
      return at
    })
  }

  /** The position of the last `@` in a word that ends at a position: cached for the word. */
  lastAt(from: number, end: number): number {
    if (this.#lastAt.end === end) return this.#lastAt.at
    let at = end - 1
    while (at > from && this.codes[at] !== 64) at -= 1
    work.steps += end - at
    this.#lastAt.end = end
    this.#lastAt.at = at > from ? at : -1
    return this.#lastAt.at
  }

  /** The position of the last `%40` before a position, from one known to have it on: cached. */
  lastEncodedAt(from: number, end: number): number {
    if (this.#lastEncoded.end === end) return Math.max(from, this.#lastEncoded.at)
    let at = end - 3
    while (at > from && !this.text.startsWith('%40', at)) at -= 1
    work.steps += end - at
    this.#lastEncoded.end = end
    this.#lastEncoded.at = Math.max(from, at)
    return this.#lastEncoded.at
  }

  /** The end of a run of a key's characters: cached for each kind of key. */
  keyEnd(kinds: number, from: number): number {
    if (kinds === ALNUM) return this.runOf(kinds, from)
    const known = kinds === NAME_CHAR ? this.#nameRun : kinds === KEY_CHAR ? this.#keyRun : null
    if (!known) return this.endOf(kinds, from, () => this.runOf(kinds, from))
    if (from >= known.from && from <= known.at) return known.at
    known.from = from
    known.at = this.runOf(kinds, from)
    return known.at
  }

  /** The position of the next digit or capital letter. */
  strongAt(from: number): number {
    if (from >= this.#strong.from && from <= this.#strong.at) return this.#strong.at
    let at = from
    while (at < this.end && !isStrong(this.codes[at] as number)) at += 1
    work.steps += at - from
    this.#strong.from = from
    this.#strong.at = at
    return at
  }
}

function isStrong(code: number): boolean {
  const kind = kindOf(code)
  return (kind & DIGIT) !== 0 || ((kind & LETTER) !== 0 && code < 91)
}

/** The codes of all characters: they are faster to read than those of a substring. */
function codesOf(text: string): Uint16Array {
  const bytes = Buffer.from(text, 'utf16le')
  if (bytes.byteOffset % 2 === 0) return new Uint16Array(bytes.buffer, bytes.byteOffset, text.length)
  return Uint16Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
}
