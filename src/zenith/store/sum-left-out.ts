import type { LeftOut } from '../../protocol/index.js'

/** Adds up what several readers left out; null when nothing was. */
export function sumLeftOut(all: readonly (LeftOut | undefined | null)[]): LeftOut | null {
  const sums: { -readonly [K in keyof LeftOut]: number } = {}
  for (const one of all) {
    for (const [kind, count] of Object.entries(one ?? {}) as [keyof LeftOut, number][]) {
      if (count > 0) sums[kind] = (sums[kind] ?? 0) + count
    }
  }
  return Object.keys(sums).length > 0 ? sums : null
}
