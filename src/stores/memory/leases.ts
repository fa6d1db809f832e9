import { performance } from 'node:perf_hooks'
import type { Leases } from '../../ports/index.js'

interface Lease {
  readonly holder: string
  /** By `performance.now()`, which does not jump when the machine's clock is set. */
  readonly until: number
}

const MANY = 1_000

/** Leases among the Zeniths of this process. */
export function memoryLeases(): Leases {
  const leases = new Map<string, Lease>()

  /** Deletes expired leases, once there are many. */
  function sweep(): void {
    if (leases.size < MANY) return
    for (const [lease, { until }] of leases) if (until <= performance.now()) leases.delete(lease)
  }

  function holderOf(lease: string): string | null {
    const known = leases.get(lease)
    if (known && known.until > performance.now()) return known.holder
    leases.delete(lease)
    return null
  }

  return {
    async acquireLease(lease, holder, ttlMs) {
      const current = holderOf(lease) ?? holder
      sweep()
      if (current === holder) leases.set(lease, { holder, until: performance.now() + ttlMs })
      return current
    },
    async leaseHolder(lease) {
      return holderOf(lease)
    },
    async releaseLease(lease, holder) {
      if (holderOf(lease) === holder) leases.delete(lease)
    },
  }
}
