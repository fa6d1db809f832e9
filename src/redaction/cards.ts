import { DIGIT, kindOf } from './chars.js'
import { type Source, work } from './source.js'
import type { Span } from './spans.js'

const BLANK = 32
const DASH = 45

/** The end of a number, whose digits may be in groups with a blank or a dash between them. */
export function numberEnd(source: Source, from: number): number {
  let at = from
  for (;;) {
    while ((kindOf(source.code(at)) & DIGIT) !== 0) at += 1
    const code = source.code(at)
    if ((code !== BLANK && code !== DASH) || (kindOf(source.code(at + 1)) & DIGIT) === 0) break
    at += 1
  }
  work.steps += at - from
  return at
}

/** Finds numbers of payment cards among groups of digits. */
export function cardsIn(source: Source, from: number, to: number): Span[] {
  const starts: number[] = []
  const ends: number[] = []
  for (let at = from; at < to; at++) {
    if ((kindOf(source.code(at)) & DIGIT) === 0) continue
    starts.push(at)
    while (at < to && (kindOf(source.code(at)) & DIGIT) !== 0) at += 1
    ends.push(at)
  }
  const cards: Span[] = []
  for (let index = 0; index < starts.length; index++) {
    const last = index + groupsOfCard(starts, ends, index) - 1
    const card = { from: starts[index] as number, to: ends[last] ?? to }
    if (last < starts.length && isCardNumber(source, card)) {
      cards.push(card)
      index = last
    }
  }
  return cards
}

/** Number of groups of a card that begins with this group: 1234 1234 1234 1234 (123), 1234 123456 12345. */
function groupsOfCard(starts: readonly number[], ends: readonly number[], index: number): number {
  const size = (at: number) => (ends[at] ?? 0) - (starts[at] ?? 0)
  if (size(index) !== 4) return 1
  if (size(index + 1) === 6) return 3
  return size(index + 1) === 4 && size(index + 2) === 4 ? 4 : 1
}

/** Checks the length, the first digit, and the check digit (Luhn, US patent 2950048). No time in milliseconds begins like this. */
function isCardNumber(source: Source, { from, to }: Span): boolean {
  const first = source.code(from)
  if (to - from < 13 || to - from > 23 || first < 50 || first > 54) return false
  let sum = 0
  let count = 0
  for (let at = to - 1; at >= from; at--) {
    const digit = source.code(at) - 48
    if (digit < 0) continue
    sum += count % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2
    count += 1
  }
  work.steps += to - from
  return sum % 10 === 0 && count >= 13 && count <= 19 && (count > 13 || first === 52)
}
