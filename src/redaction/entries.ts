import { NAME_CHAR } from './chars.js'
import { fieldValueAt } from './forms.js'
import { quotedAt } from './quoted.js'
import { closeOf, quoteAt } from './quotes.js'
import { looksRandom, MIN_RANDOM } from './random.js'
import { CODE_GRANT } from './roles.js'
import { namesSecret } from './secret-names.js'
import { shapedKeyEnd } from './shaped.js'
import type { Sign } from './signs.js'
import type { Source } from './source.js'
import type { Secrets, Span } from './spans.js'
import { tagContent } from './tags.js'
import { vendorKeyEnd } from './vendors.js'
import { mayNameSecret } from './words.js'

/** Longest distance between an entry's name and its value, in characters. */
const NEAR = 400
/** Longest distance between a statement and its values, in characters. */
const NEAR_STATEMENT = 2_000
const MAX_CONTENT = 100
/** Characters of a name that is a value. */
const PLAIN_NAME = /^[^=:;,{}<>\r\n]+$/

/** Finds values that are secret because of another pair: `name: password, value: x`. The value may precede or follow that pair. */
export class Entries {
  readonly #source: Source
  /** Where to expect the value of an entry whose name is that of a secret; -1: none. */
  #awaitedFrom = -1
  /** The sign of an entry's value whose name may follow. */
  #lastValue: Sign | null = null
  /** Where to expect the code of a grant, which may also have come before; -1: none. */
  #grantedFrom = -1
  #lastCode: Sign | null = null
  /** Where to expect the values of a statement, one of which is secret; -1: none. */
  #boundFrom = -1
  #tagFrom = -1

  constructor(source: Source) {
    this.#source = source
  }

  /** Whether values of a statement, one of which is secret, may follow the text. */
  get isBound(): boolean {
    return this.#boundFrom >= 0
  }

  /** The values of a statement follow. */
  bind(from: number): void {
    this.#boundFrom = from
  }

  /** Whether a value is secret because of an earlier pair. Otherwise it is stored, as a later pair may make it secret. */
  takes(role: 'value' | 'code' | 'bound', sign: Sign): boolean {
    if (role === 'value') return this.#takesValue(sign)
    return role === 'code' ? this.#takesCode(sign) : this.#takesBound(sign)
  }

  #takesValue(sign: Sign): boolean {
    const isAwaited = this.#awaitedFrom >= 0 && sign.to - this.#awaitedFrom <= NEAR
    if (isAwaited) this.#awaitedFrom = -1
    else this.#lastValue = sign
    return isAwaited
  }

  #takesCode(sign: Sign): boolean {
    const isGranted = this.#grantedFrom >= 0 && sign.to - this.#grantedFrom < NEAR
    if (!isGranted) this.#lastCode = sign
    return isGranted
  }

  /** `PARAMETERS: ["x"]` after a statement with `password = $1`. */
  #takesBound(sign: Sign): boolean {
    const isNear = this.#boundFrom >= 0 && sign.to - this.#boundFrom < NEAR_STATEMENT
    this.#boundFrom = -1
    return isNear
  }

  /** `name: 'password'`: its value follows or came before. The scan continues within the name: `header: X-Api-Key: x` is a pair itself. */
  naming(sign: Sign, from: number): Secrets | null {
    const source = this.#source
    const { start, close, end } = contentAt(source, sign)
    const text = close - start > MAX_CONTENT ? '' : source.text.slice(start, close)
    if (!namesSecret(text) || !PLAIN_NAME.test(text) || isKey(source, start, text)) return null
    const field = sign.mark === '=' && source.code(end) !== 62 ? fieldValueAt(source, start, end) : null
    if (field) return { spans: [field], to: field.to }
    const spans = this.#lastValue ? earlierValue(source, this.#lastValue, from) : []
    if (!this.#lastValue) this.#awaitedFrom = end
    this.#lastValue = null
    return { spans, to: sign.to }
  }

  /** OAuth's `grant_type=authorization_code`: a code follows or came before. */
  grant(sign: Sign, from: number): Secrets | null {
    const source = this.#source
    const { start, close, end } = contentAt(source, sign)
    if (close - start !== CODE_GRANT.length || !source.has(CODE_GRANT, start)) return null
    const code = this.#lastCode
    this.#lastCode = null
    if (code && from - code.to < NEAR) return { spans: earlierValue(source, code, from), to: end }
    this.#grantedFrom = end
    return { spans: [], to: end }
  }

  /** An object begins or ends, which separates entries. */
  part(): void {
    this.#lastValue = null
    this.#lastCode = null
    this.#awaitedFrom = -1
    this.#grantedFrom = -1
  }

  openTag(at: number): void {
    this.#tagFrom = at
  }

  /** `<string name="password">x</string>`. */
  closeTag(at: number): Span | null {
    const isNamed = this.#tagFrom >= 0 && this.#awaitedFrom > this.#tagFrom && this.#source.code(at - 1) !== 47
    this.#tagFrom = -1
    const content = isNamed ? tagContent(this.#source, at) : null
    if (content) this.#awaitedFrom = -1
    return content
  }
}

/** Whether a value may be that of a query, or the name of a secret: decides most cases without reading the names. */
export function mayMatter(source: Source, sign: Sign): boolean {
  if (sign.mark === '=' && source.strongAt(sign.to) - sign.to <= MAX_CONTENT) return true
  const { start, close } = contentAt(source, sign)
  return close - start <= MAX_CONTENT && mayNameSecret(source, start, close)
}

/** Start and end of a value, and where the scan continues after it. */
function contentAt(
  source: Source,
  sign: Sign,
): { readonly start: number; readonly close: number; readonly end: number } {
  const quote = quoteAt(source, sign.to)
  if (!quote) {
    const end = source.keyEnd(NAME_CHAR, sign.to)
    return { start: sign.to, close: end, end }
  }
  const start = sign.to + quote.length
  const close = closeOf(source, quote, start)
  return { start, close, end: Math.min(source.end, close + quote.length) }
}

function earlierValue(source: Source, sign: Sign, before: number): Span[] {
  const quoted = quoteAt(source, sign.to) ? quotedAt(source, sign.to) : null
  const to = quoted ? quoted.to : sign.to + source.text.slice(sign.to, before).search(/[\s,;&}]|$/)
  return to <= before ? [{ from: quoted?.from ?? sign.to, to }] : []
}

/** `?key=secret_x7…`: the value may be a key itself, of which a part looks like the name of a secret. */
function isKey(source: Source, from: number, text: string): boolean {
  if (vendorKeyEnd(source, from) >= 0 || shapedKeyEnd(source, from, from + text.length) >= 0) return true
  return text.length >= MIN_RANDOM && looksRandom(text)
}
