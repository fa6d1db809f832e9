import { quotedAt } from './quoted.js'
import { closeOf, quoteAt } from './quotes.js'
import { skipSpaces } from './signs.js'
import { type Source, work } from './source.js'

/** Maximum number of characters that are read of an unquoted argument, and after a quoted one. */
const MAX_EXPRESSION = 60

/** The end of a value in a row or a call: at its comma, at the bracket that closes the row, or at a limit. */
export function itemEnd(source: Source, from: number, limit = source.end): number {
  let depth = 0
  let at = from
  while (at < limit) {
    const code = source.code(at)
    if (depth === 0 && (code === 44 || code === 41)) break
    if (code === 40 || code === 91) depth += 1
    else if (code === 41 || code === 93) depth -= 1
    const quote = quoteAt(source, at)
    at = quote ? closeOf(source, quote, at + quote.length) + quote.length : at + 1
  }
  const end = Math.min(at, limit)
  work.steps += end - from
  return end
}

/** The start of an argument of a call; -1 if the call lacks it. @param from after the opening bracket */
export function argumentAt(source: Source, from: number, index: number): number {
  let at = skipSpaces(source, from)
  for (let passed = 0; passed < index; passed++) {
    const behind = quotedAt(source, at)?.next ?? at
    at = itemEnd(source, behind, Math.min(source.end, behind + MAX_EXPRESSION))
    if (source.code(at) !== 44) return -1
    at = skipSpaces(source, at + 1)
  }
  return at
}
