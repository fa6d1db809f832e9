import { cardsIn, numberEnd } from './cards.js'
import {
  ALNUM,
  beginsEscaped,
  byteAt,
  DIGIT,
  escapedAt,
  FOREIGN_SECOND,
  JOINT,
  kindOf,
  LETTER,
  NAME_CHAR,
  SIGN,
} from './chars.js'
import { foreignNameAt } from './foreign-names.js'
import { addressEnd, isPassword, localStart } from './mails.js'
import { Pairs } from './pairs.js'
import { base64End, looksLikeBase64, MIN_RANDOM, randomParts } from './random.js'
import { mayBeShaped, pemAt, shapedKeyEnd } from './shaped.js'
import { colourEnd, mayBeginSign } from './signs.js'
import { Source, work } from './source.js'
import { Masks, type Span } from './spans.js'
import { bareHookAt, credentialsAt, encodedCredentialsAt } from './urls.js'
import { vendorKeyEnd } from './vendors.js'
import { BY_HASH, ENDS, hashOf, NEXT, SECRET_NAME } from './words.js'

export const MASK = '***'

export interface ScanOptions {
  /** Whether to mask mail addresses and payment cards. */
  readonly people: boolean
  /** Whether to mask long random words. */
  readonly random: boolean
}

export interface Scanned {
  readonly text: string
  readonly masked: number
  /** Whether it is a statement that lacks the value of a secret: `password = $1`. */
  readonly isBound: boolean
}

/** Masks the secrets of a text, in one pass from its beginning to its end. */
export function scan(text: string, options: ScanOptions): Scanned {
  work.chars += text.length
  const scanner = new Scanner(text, options)
  const spans = scanner.spans()
  const { isBound } = scanner
  if (spans.length === 0) return { text, masked: 0, isBound }
  const parts: string[] = []
  let copied = 0
  for (const { from, to } of spans) {
    parts.push(text.slice(copied, from), MASK)
    copied = to
  }
  parts.push(text.slice(copied))
  return { text: parts.join(''), masked: spans.length, isBound }
}

class Scanner {
  readonly #source: Source
  readonly #options: ScanOptions
  readonly #masks = new Masks()
  #pairs: Pairs | null = null
  /** Digits and base64 were searched up to these positions. */
  #numbersTo = 0
  #base64To = 0

  constructor(text: string, options: ScanOptions) {
    this.#source = new Source(text)
    this.#options = options
  }

  /** Created when the text may contain a name: most short texts do not. */
  get #names(): Pairs {
    this.#pairs ??= new Pairs(this.#source, this.#masks)
    return this.#pairs
  }

  /** The spans to mask, in order and without overlaps. */
  spans(): Span[] {
    const source = this.#source
    for (let at = 0; at < source.end; ) {
      const code = source.codes[at] as number
      const kind = kindOf(code)
      if ((kind & (ALNUM | JOINT)) !== 0 && code !== 45) at = this.#word(at)
      else if ((kind & SIGN) !== 0 && (code < 128 || (kindOf(source.code(at + 1)) & FOREIGN_SECOND) !== 0))
        at = this.#sign(at)
      else at += 1
    }
    work.steps += source.end
    return this.#masks.apart()
  }

  get isBound(): boolean {
    return this.#pairs?.isBound ?? false
  }

  #mask(from: number, to: number): number {
    return this.#masks.add({ from, to })
  }

  /** Reads a word, and finds keys of vendors at its beginning and after its joints. @returns where the scan continues */
  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one loop over the characters, which calls would slow down
  #word(from: number): number {
    const source = this.#source
    const { codes, end } = source
    let key = vendorKeyEnd(source, from)
    if (key >= 0) return this.#mask(from, key)
    if (this.#isNumber(from)) this.#cards(from)
    // An escape that begins the word: `\\u0070assword`.
    let at = beginsEscaped(source, from) ? from - 1 : from
    let state = 0
    let hash = 0
    let found = 0
    let isLower = false
    for (; at < end; at += 1) {
      let code = codes[at] as number
      if (code === 37 || code === 92) {
        const written = code === 37 ? 3 : source.code(at + 1) === 117 ? 6 : 4
        code = code === 37 ? byteAt(source.text, at + 1) : escapedAt(source.text, at)
        if (code < 0 || (kindOf(code) & NAME_CHAR) === 0) break
        at += written - 1
      }
      const kind = kindOf(code)
      if ((kind & LETTER) !== 0) {
        if (code < 91 && isLower) {
          found |= BY_HASH[hash] as number
          hash = 0
        }
        isLower = code > 96
        const letter = code | 32
        hash = hashOf(hash, letter)
        state = NEXT[state * 26 + letter - 97] as number
        found |= ENDS[state] as number
        continue
      }
      if ((kind & NAME_CHAR) === 0) break
      found |= BY_HASH[hash] as number
      hash = 0
      isLower = false
      if ((kind & DIGIT) !== 0) continue
      if (code === 45 && source.code(at + 1) === 45) break
      key = vendorKeyEnd(source, at + 1)
      if (key >= 0) return this.#mask(at + 1, key)
      if (code === 45 && this.#isNumber(at + 1)) this.#cards(at + 1)
    }
    found |= BY_HASH[hash] as number
    const next = found !== 0 || source.code(from - 1) === 45 ? this.#names.word(from, at, found) : -1
    return next >= 0 ? next : this.#longWord(from, at)
  }

  #isNumber(at: number): boolean {
    return this.#options.people && at >= this.#numbersTo && (kindOf(this.#source.code(at)) & DIGIT) !== 0
  }

  #cards(from: number): void {
    const source = this.#source
    const to = numberEnd(source, from)
    this.#numbersTo = to
    if (to - from < 13 || (kindOf(source.code(to)) & LETTER) !== 0) return
    for (const card of cardsIn(source, from, to)) this.#mask(card.from, card.to)
  }

  /** A word that is secret because of its characters. */
  #longWord(from: number, end: number): number {
    const source = this.#source
    const length = end - from
    const next = source.code(end)
    const shaped = mayBeShaped(length, next) ? shapedKeyEnd(source, from, end) : -1
    if (shaped >= 0) return this.#mask(from, shaped)
    const hook = next === 47 && length === 15 ? bareHookAt(source, from) : null
    if (hook) return this.#mask(hook.from, hook.to)
    if (!this.#options.random) return end
    if ((next === 43 || next === 47 || next === 61) && from >= this.#base64To) {
      const base64 = this.#base64(from)
      if (base64 >= 0) return base64
    }
    return length >= MIN_RANDOM ? this.#masks.addAll({ spans: randomParts(source, from, end), to: end }) : end
  }

  #base64(from: number): number {
    const source = this.#source
    const to = base64End(source, from)
    this.#base64To = to
    return to - from >= MIN_RANDOM && looksLikeBase64(source.text.slice(from, to)) ? this.#mask(from, to) : -1
  }

  #sign(at: number): number {
    const code = this.#source.code(at)
    if (code > 127) return this.#foreign(at)
    if (code === 37) return this.#percent(at)
    if (code === 64) return this.#mail(at, at + 1)
    if (code === 58) return this.#masked(credentialsAt(this.#source, at), at + 1)
    if (code === 45) return this.#masked(pemAt(this.#source, at), at + 1)
    if (code === 27) return Math.max(at + 1, colourEnd(this.#source, at))
    return code < 123 || this.#pairs ? this.#names.sign(code, at) : at + 1
  }

  #foreign(at: number): number {
    const name = foreignNameAt(this.#source, at)
    if (!name) return at + 1
    const next = mayBeginSign(this.#source.code(name.to)) ? this.#names.word(name.from, name.to, SECRET_NAME) : -1
    return Math.max(name.to, next)
  }

  #percent(at: number): number {
    const source = this.#source
    const byte = byteAt(source.text, at + 1)
    if (byte < 0) return at + 1
    if (byte === 58) return this.#masked(encodedCredentialsAt(source, at), at + 3)
    if (byte === 64) return this.#mail(at, at + 3)
    if (byte === 37) return byteAt(source.text, at + 3) >= 0 ? at + 5 : at + 3
    return (kindOf(byte) & ALNUM) !== 0 ? this.#word(at) : at + 3
  }

  /** @param behind position after the `@`, which may be written `%40` */
  #mail(at: number, behind: number): number {
    const source = this.#source
    const local = localStart(source, at, this.#masks.floor)
    if (local === at) return behind
    if (isPassword(source, local, behind)) return this.#mask(local, at)
    const end = this.#options.people ? addressEnd(source, local, at, behind) : -1
    if (end < 0) return behind
    this.#mask(local, at)
    return this.#mask(behind, end)
  }

  /** @param next where the scan continues if there is no secret */
  #masked(secret: Span | null, next: number): number {
    return secret ? this.#masks.add(secret) : next
  }
}
