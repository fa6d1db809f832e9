import type { UntrustedRecords } from '../../../api/store.js'
import type { TrustReport } from '../../../ports/index.js'
import type { UntrustedCounts } from '../../../protocol/index.js'

/** How long a record that is not signed is told of, in ms. */
const TOLD_FOR_MS = 5 * 60_000

/** How many of the records that were read lately are not signed. */
export class RecentUntrusted {
  #polls: (UntrustedCounts & { readonly at: number })[] = []

  /** @param counts of one page; undefined when nothing is verified */
  add(counts: UntrustedCounts | undefined, at: number): void {
    if (counts && counts.unsigned + counts.forged > 0) this.#polls.push({ ...counts, at })
  }

  counts(now: number): UntrustedCounts {
    this.#polls = this.#polls.filter(({ at }) => now - at < TOLD_FOR_MS)
    return sumOf(this.#polls)
  }
}

/** What stands in the store now, by service; null when nothing is verified. */
export class StandingUntrusted {
  readonly isVerifying: boolean
  readonly #isRequired: boolean
  readonly #byService = new Map<string, { unsigned: number; forged: number }>()

  constructor(nodes: TrustReport | undefined, queues: TrustReport | null) {
    this.isVerifying = nodes !== undefined
    this.#isRequired = nodes?.isRequired ?? false
    for (const { service, trust } of [...(nodes?.untrusted ?? []), ...(queues?.untrusted ?? [])]) {
      const counts = this.#byService.get(service) ?? { unsigned: 0, forged: 0 }
      counts[trust] += 1
      this.#byService.set(service, counts)
    }
  }

  of(service: string, recent: UntrustedCounts): UntrustedCounts | null {
    return this.isVerifying ? sumOf([this.#byService.get(service) ?? NONE, recent]) : null
  }

  total(recent: readonly UntrustedCounts[]): UntrustedRecords | null {
    if (!this.isVerifying) return null
    return { ...sumOf([...this.#byService.values(), ...recent]), leftOut: this.#isRequired }
  }
}

const NONE: UntrustedCounts = { unsigned: 0, forged: 0 }

function sumOf(counts: readonly UntrustedCounts[]): UntrustedCounts {
  return {
    unsigned: counts.reduce((sum, { unsigned }) => sum + unsigned, 0),
    forged: counts.reduce((sum, { forged }) => sum + forged, 0),
  }
}
