import { type Source, work } from './source.js'

/** A quotation mark as a text has it: plain, escaped (JSON in a string), percent-encoded, or as HTML writes it. */
export interface Quote {
  readonly length: number
  /** The mark that closes it. */
  readonly close: string
  /** Number of backslashes before it; -1 for marks written without any. */
  readonly slashes: number
}

/** Ways to write quotation marks, and the marks that close them. */
const WRITTEN: readonly (readonly [open: string, close: string])[] = [
  ['%22', '%22'],
  ['%27', '%27'],
  ['%60', '%60'],
  ['%2522', '%2522'],
  ['%2527', '%2527'],
  ['%5C%22', '%5C%22'],
  ['%5c%22', '%5c%22'],
  ['&quot;', '&quot;'],
  ['&apos;', '&apos;'],
  ['&#34;', '&#34;'],
  ['&#39;', '&#39;'],
  ['&#x22;', '&#x22;'],
  ['&#x27;', '&#x27;'],
  ['\\u0022', '\\u0022'],
  ['\\u0027', '\\u0027'],
  ['\\x22', '\\x22'],
  ['\\x27', '\\x27'],
  ['“', '”'],
  ['„', '“'],
  ['‘', '’'],
  ['«', '»'],
]
const MAX_SLASHES = 15

const PLAIN: Readonly<Record<string, readonly Quote[]>> = Object.fromEntries(
  ['"', "'", '`'].map((close) => [
    close,
    Array.from({ length: MAX_SLASHES + 1 }, (_, slashes) => ({ length: slashes + 1, close, slashes })),
  ]),
)
/** Marks of several characters, by the first three; and marks of one character. */
const BY_START = new Map<number, (readonly [string, Quote])[]>()
for (const [open, close] of WRITTEN) {
  const start = startOf(open, 0)
  BY_START.set(start, [...(BY_START.get(start) ?? []), [open, { length: open.length, close, slashes: -1 }]])
}

function startOf(text: string, at: number): number {
  const first = text.charCodeAt(at)
  return first > 127 ? first : (first << 16) | ((text.charCodeAt(at + 1) & 255) << 8) | (text.charCodeAt(at + 2) & 255)
}

/** The quotation mark that begins at a position; null without one. */
export function quoteAt(source: Source, at: number): Quote | null {
  const code = source.code(at)
  if (code === 34 || code === 39 || code === 96) return PLAIN[source.text[at] as string]?.[0] ?? null
  if (code === 92) return escapedQuote(source, at) ?? writtenQuote(source, at)
  return code === 37 || code === 38 || code > 127 ? writtenQuote(source, at) : null
}

function escapedQuote(source: Source, at: number): Quote | null {
  let slashes = 1
  while (slashes < MAX_SLASHES && source.code(at + slashes) === 92) slashes += 1
  work.steps += slashes
  return PLAIN[source.text[at + slashes] ?? '']?.[slashes] ?? null
}

function writtenQuote(source: Source, at: number): Quote | null {
  return BY_START.get(startOf(source.text, at))?.find(([open]) => source.has(open, at))?.[1] ?? null
}

/**
 * The end of a quotation that begins before `from`: at its closing mark with the backslashes before it, or the end of the text if it is
 * never closed.
 */
export function closeOf(source: Source, quote: Quote, from: number): number {
  return quote.slashes < 0
    ? orEnd(source, source.find(quote.close, from))
    : source.endOf(quote, from, () => searchClose(source, quote, from))
}

function searchClose(source: Source, quote: Quote, from: number): number {
  for (let at = from; ; ) {
    const found = source.find(quote.close, at)
    if (found < 0) return source.end
    let slashes = 0
    while (found - 1 - slashes >= from && source.code(found - 1 - slashes) === 92) slashes += 1
    work.steps += slashes
    if (closes(quote.slashes, slashes)) return found - Math.min(slashes, quote.slashes)
    at = found + 1
  }
}

/** In JSON within a string each level doubles the backslashes: with more of them, a mark is a part of the text. */
function closes(opened: number, slashes: number): boolean {
  return slashes <= opened ? slashes === opened || opened > 0 : slashes % (2 * (opened + 1)) === opened
}

function orEnd(source: Source, at: number): number {
  return at < 0 ? source.end : at
}
