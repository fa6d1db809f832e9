import type { AuditChain } from '../../protocol/index.js'
import { breaksOf, type Expected } from './breaks.js'
import type { JudgedTrail } from './judge.js'
import { newestOf } from './line.js'

const MAX_BREAKS = 20
/** Breaks at the end of the trail come last: an attacker cannot hide them by causing many others. */
const LAST_BREAKS = 3

/** @param signs whether a token is set */
export function chainOf(trail: JudgedTrail, expected: Expected, signs: boolean, leftBehind: number): AuditChain {
  const { chain, former, untrusted, trust } = trail
  const breaks = breaksOf(trail, expected)
  const beforeSigning = [...trust.values()].filter((one) => one === 'before-signing').length
  return {
    ok: breaks.length === 0,
    signed: signs,
    lines: chain.length + former.length + untrusted.length,
    first: chain[0]?.number ?? null,
    last: newestOf(chain)?.number ?? null,
    beforeSigning,
    untrusted: untrusted.length,
    leftBehind,
    breaks:
      breaks.length > MAX_BREAKS
        ? [...breaks.slice(0, MAX_BREAKS - LAST_BREAKS), ...breaks.slice(-LAST_BREAKS)]
        : breaks,
  }
}
