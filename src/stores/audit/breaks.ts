import { type AuditBreak, MAX_AUDIT_ENTRIES } from '../../protocol/index.js'
import type { ChainLine, JudgedTrail } from './judge.js'
import { digestOf, type KnownLine, NO_HASH, newestOf, type TrailLine } from './line.js'

/** What the trail is checked against. */
export interface Expected {
  /** Number of entries in the stream. */
  readonly total: number
  /** Whether older entries were not read: then the start of the trail is not checked. */
  readonly isPartial: boolean
  /** Lines that the trail must contain. */
  readonly known: readonly KnownLine[]
  /** State of the record of the trail's end. */
  readonly head: 'well' | 'missing' | 'untrusted'
}

/** All places where the trail differs from what was written. */
export function breaksOf(trail: JudgedTrail, expected: Expected): AuditBreak[] {
  const { chain, untrusted } = trail
  return [
    ...(expected.isPartial ? [] : startBreaks(trail, expected.total)),
    ...linkBreaks(chain, untrusted),
    ...untrusted.map(untrustedBreak),
    ...endBreaks(chain, expected),
    ...headBreaks(chain, expected.head),
  ]
}

/**
 * Trimming never leaves fewer than {@link MAX_AUDIT_ENTRIES} lines: a trail with fewer must have all lines from the first one.
 */
function startBreaks({ chain: [first], former }: JudgedTrail, total: number): AuditBreak[] {
  if (!first) return []
  const before = first.number - 1
  const [oldest] = former
  const missing = before - former.length
  if (missing > 0 && total < MAX_AUDIT_ENTRIES) {
    const message = `${lines(missing)} missing at the start: newer lines had not pushed them out.`
    return [{ kind: 'start', at: oldest?.id ?? first.id, count: missing, message }]
  }
  if (missing < 0 && oldest) {
    const message = `Of before the chain there are ${-missing} more lines than when it began.`
    return [{ kind: 'untrusted', at: oldest.id, count: -missing, message }]
  }
  const isWhole = missing === 0
  if (!isWhole || first.previous === (former.length > 0 ? digestOf(former) : NO_HASH)) return []
  const message = 'The lines of before the chain are not what they were when it began.'
  return [{ kind: 'changed', at: oldest?.id ?? first.id, count: Math.max(1, former.length), message }]
}

function linkBreaks(chain: readonly ChainLine[], untrusted: readonly TrailLine[]): AuditBreak[] {
  const breaks: AuditBreak[] = []
  const numbers = [...new Set(untrusted.map(({ number }) => number ?? 0))].sort((a, b) => a - b)
  let last: ChainLine | null = null
  for (const line of chain) {
    const problem = last && linkBreak(last, line, numbers)
    if (problem) breaks.push(problem)
    // After a copy of an old line the chain continues from the line before it.
    if (problem?.kind !== 'order') last = line
  }
  return breaks
}

function linkBreak(last: ChainLine, line: ChainLine, untrusted: readonly number[]): AuditBreak | null {
  const at = line.id
  if (line.number <= last.number) {
    const message = `Line ${line.number} stands after line ${last.number}: it is a copy, or has been moved.`
    return { kind: 'order', at, count: 1, message }
  }
  const claimed = countBelow(untrusted, line.number) - countBelow(untrusted, last.number + 1)
  const missing = line.number - last.number - 1 - claimed
  if (missing > 0) {
    const message = `${lines(missing)} missing between line ${last.number} and line ${line.number}.`
    return { kind: 'middle', at: last.id, count: missing, message }
  }
  if (line.number > last.number + 1 || line.previous === last.hash) return null
  const message = `Line ${last.number} is not the one that line ${line.number} was written after.`
  return { kind: 'changed', at: last.id, count: 1, message }
}

/** How many of the sorted numbers are below a number. */
function countBelow(numbers: readonly number[], number: number): number {
  let [low, high] = [0, numbers.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((numbers[middle] as number) < number) low = middle + 1
    else high = middle
  }
  return low
}

function untrustedBreak({ id, number, trust }: TrailLine): AuditBreak {
  const which = number === null ? 'A line' : `A line that claims to be line ${number}`
  const why =
    trust === 'forged'
      ? 'has a signature that does not fit: it was changed, copied or signed with another token'
      : 'is not signed'
  return { kind: 'untrusted', at: id, count: 1, message: `${which} ${why}.` }
}

function endBreaks(chain: readonly ChainLine[], { known, isPartial }: Expected): AuditBreak[] {
  const newest = newestOf(known)
  const last = newestOf(chain)
  if (newest && newest.number > (last?.number ?? 0)) {
    const count = newest.number - (last?.number ?? 0)
    const message = last
      ? `${lines(count)} missing at the end, after line ${last.number}: they were removed, or Redis lost them.`
      : noneOf(`${count} ${count === 1 ? 'line' : 'lines'}`, isPartial)
    return [{ kind: 'end', at: last?.id ?? null, count, message }]
  }
  return known.flatMap((one) => {
    const line = chain.find(({ number }) => number === one.number)
    if (!line || chain.some(({ number, hash }) => number === one.number && hash === one.hash)) return []
    const message = `Line ${one.number} is another one than was written.`
    return [{ kind: 'replaced' as const, at: line.id, count: 1, message }]
  })
}

function noneOf(all: string, isPartial: boolean): string {
  return isPartial ? `Of its ${all} none is among the newest that are examined.` : `The trail is gone: it had ${all}.`
}

function headBreaks(chain: readonly ChainLine[], head: Expected['head']): AuditBreak[] {
  // A Zenith may have ended after it wrote the first line and before it wrote the head.
  if (head === 'well' || (head === 'missing' && chain.length < 2)) return []
  const what = head === 'missing' ? 'is missing' : 'has no valid signature'
  const message = `The record of the trail’s end ${what}: whether its newest lines are missing can’t be told by it.`
  return [{ kind: 'head', at: null, count: 1, message }]
}

function lines(count: number): string {
  return count === 1 ? '1 line is' : `${count} lines are`
}
