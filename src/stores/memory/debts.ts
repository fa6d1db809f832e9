import { performance } from 'node:perf_hooks'
import type { Debts } from '../../ports/index.js'
import { MAX_DEBTS } from '../../protocol/index.js'

/** Names to delete at once, because finding the smallest debts sorts all of them. */
const ROOM = MAX_DEBTS / 10

/** Debts of this process alone. */
export function memoryDebts(): Debts {
  /** When each debt is paid, in whole ms of `performance.now()`: fractions would not add up. */
  const paid = new Map<string, number>()

  function makeRoom(now: number): void {
    for (const [name, at] of paid) if (at <= now) paid.delete(name)
    if (paid.size <= MAX_DEBTS - ROOM) return
    const least = [...paid].sort(([, a], [, b]) => a - b).slice(0, ROOM)
    for (const [name] of least) paid.delete(name)
  }

  return {
    async owe(debts) {
      const now = Math.floor(performance.now())
      return debts.map(({ name, ms }) => {
        const at = Math.max(now, paid.get(name) ?? 0) + Math.round(ms)
        if (at <= now) paid.delete(name)
        else if (paid.size >= MAX_DEBTS && !paid.has(name)) makeRoom(now)
        if (at > now) paid.set(name, at)
        return Math.max(0, at - now)
      })
    },
  }
}
