import type { AuditTrust } from '../../protocol/index.js'
import type { KnownLine, TrailLine } from './line.js'

/** What is known besides the lines; it vouches for some of them. */
export interface Vouchers {
  /** Whether a token is set. */
  readonly signs: boolean
  /** The record of the trail's end, if its signature is valid. */
  readonly head: KnownLine | null
  /** The newest line that this process wrote or saw. */
  readonly seen: KnownLine | null
  /** Whether older lines were not read. */
  readonly isPartial: boolean
}

/** A line that Zenith wrote, with its place in the chain. */
export interface ChainLine extends TrailLine {
  readonly number: number
  readonly previous: string
}

export interface JudgedTrail {
  /** Zenith's lines, oldest first. */
  readonly chain: readonly ChainLine[]
  /** Lines before the chain, of versions that wrote none. */
  readonly former: readonly TrailLine[]
  /** Lines that Zenith did not write. */
  readonly untrusted: readonly TrailLine[]
  /** By id; empty where no token is set. */
  readonly trust: ReadonlyMap<string, AuditTrust>
}

/**
 * Separates Zenith's lines from others. A line is Zenith's if it is signed, or if one of Zenith's lines has its hash. So lines stay
 * trusted when their token is no longer known, and later lines confirm those from before there was a token. While nothing is signed at
 * all, every line with a place in the chain counts as Zenith's.
 *
 * @param lines oldest first
 */
export function judge(lines: readonly TrailLine[], { signs, head, seen, isPartial }: Vouchers): JudgedTrail {
  const isSigning = signs && (head !== null || seen !== null || lines.some(({ trust }) => trust === 'signed'))
  const own = ownOf(lines, isSigning, [head?.hash, seen?.hash])
  const start = lines.findIndex((line) => own.has(line))
  const chain: ChainLine[] = []
  const former: TrailLine[] = []
  const untrusted: TrailLine[] = []
  const trust = new Map<string, AuditTrust>()
  let firstSigned = lines.findIndex((line) => own.has(line) && line.trust === 'signed')
  if (firstSigned < 0) firstSigned = lines.length
  // If Zenith wrote lines and none of them is there, the lines found did not come before them.
  const formerEnd = start >= 0 ? start : head || seen || isPartial ? 0 : lines.length
  lines.forEach((line, index) => {
    const isFormer = line.number === null && index < formerEnd && line.trust !== 'forged'
    if (own.has(line)) chain.push(line as ChainLine)
    else if (isFormer) former.push(line)
    else untrusted.push(line)
    if (signs) trust.set(line.id, trustOf(line, own.has(line), isFormer, index < firstSigned))
  })
  return { chain, former, untrusted, trust }
}

function ownOf(
  lines: readonly TrailLine[],
  isSigning: boolean,
  hashes: readonly (string | undefined)[],
): ReadonlySet<TrailLine> {
  const vouched = new Set(hashes)
  const own = new Set<TrailLine>()
  for (const line of lines.toReversed()) {
    if (line.number === null || line.previous === null) continue
    const isOwn = isSigning ? line.trust === 'signed' || vouched.has(line.hash) : line.trust !== 'forged'
    if (!isOwn) continue
    own.add(line)
    vouched.add(line.previous)
  }
  return own
}

function trustOf({ trust }: TrailLine, isOwn: boolean, isFormer: boolean, isBeforeSigned: boolean): AuditTrust {
  if (isFormer) return 'before-signing'
  if (!isOwn) return trust === 'forged' ? 'forged' : 'unsigned'
  return trust === 'unsigned' && isBeforeSigned ? 'before-signing' : 'signed'
}
