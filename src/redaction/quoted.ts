import { DIGIT, DOT, kindOf, LETTER } from './chars.js'
import { closeOf, type Quote, quoteAt } from './quotes.js'
import { skipSpaces } from './signs.js'
import type { QuotationEnd, Source } from './source.js'
import type { Span } from './spans.js'

/** The part of a value to mask, and where the scan continues after it. */
export interface Value extends Span {
  readonly next: number
  readonly isRaw: boolean
}

/** A quoted value, also with a type before it, or several values joined with `+`. */
export function quotedAt(source: Source, at: number): Value | null {
  const first = quoteBehind(source, at)
  if (!first) return null
  const [quote, from] = first
  const { to, next } = lastOf(source, quote, from)
  return { from, to, next, isRaw: false }
}

/** The end of the last of several joined quotations: stored for each of them. */
function lastOf(source: Source, first: Quote, start: number): QuotationEnd {
  const passed: number[] = []
  let [quote, from] = [first, start]
  for (;;) {
    const to = closeOf(source, quote, from)
    const next = Math.min(source.end, to + quote.length)
    const key = (to * 16 + quote.slashes + 1) * 2 + (to > from ? 1 : 0)
    const known = source.quotations.get(key)
    const more = known || to >= source.end ? null : continuedAt(source, quote, next, to > from)
    if (!more) {
      const last = known ?? { to, next }
      for (const one of passed) source.quotations.set(one, last)
      return last
    }
    passed.push(key)
    ;[quote, from] = more
  }
}

function quoteBehind(source: Source, at: number): [Quote, number] | null {
  const quote = quoteAt(source, at)
  if (quote) return [quote, at + quote.length]
  const behind = (kindOf(source.code(at)) & LETTER) !== 0 || source.code(at) === 64 ? typeEnd(source, at) : -1
  const opened = behind < 0 ? null : quoteAt(source, behind)
  return opened && [opened, behind + opened.length]
}

/** Position after the type of a quotation: PHP's `string(7) "x"` and `s:7:"x"`, Python's `b'x'`, `Some("x")`, `new Secret("x")`, `@"x"`. */
function typeEnd(source: Source, from: number): number {
  const start = from + (source.code(from) === 64 ? 1 : source.has('new ', from) ? 4 : 0)
  let at = start
  while (at < start + 30 && (kindOf(source.code(at)) & (LETTER | DOT)) !== 0) at += 1
  const code = source.code(at)
  if (code === 34 || code === 39) return at - start < 3 ? at : -1
  return code === 40 || code === 58 ? sizeEnd(source, at + 1, code) : -1
}

/** Position after the size of PHP's texts, or after the bracket of a call. @param code of the sign before it */
function sizeEnd(source: Source, from: number, code: number): number {
  let at = from
  while (at < from + 10 && (kindOf(source.code(at)) & DIGIT) !== 0) at += 1
  if (at === from) return code === 40 ? at : -1
  if (code === 58) return source.code(at) === 58 ? at + 1 : -1
  return source.code(at) === 41 ? skipSpaces(source, at + 1) : -1
}

/** `'it''s'`, and `'a' + 'b'` over several lines. */
function continuedAt(source: Source, quote: Quote, at: number, hasText: boolean): [Quote, number] | null {
  if (quote.slashes === 0 && hasText && source.code(at) === quote.close.charCodeAt(0)) return [quote, at + 1]
  const plus = skipSpaces(source, at)
  if (source.code(plus) !== 43) return null
  const next = skipSpaces(source, plus + 1)
  const again = quoteAt(source, next)
  return again && [again, next + again.length]
}
