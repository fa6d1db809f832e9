import { performance } from 'node:perf_hooks'

/** So many jobs are removed by one call: a script that removes more would hold the queue's system up. */
const PART = 1_000
/** A request must end before somebody in front of Zenith gives up, ms. */
const WITHIN_MS = 20_000

/** Removes part by part until there are no more. @param remove at most so many; gives how many it did */
export async function inParts(
  remove: (most: number) => Promise<number>,
  limit: number,
): Promise<{ readonly removed: number; readonly isWhole: boolean }> {
  const until = performance.now() + WITHIN_MS
  let removed = 0
  while (removed < limit) {
    const most = Math.min(PART, limit - removed)
    const some = await remove(most)
    removed += some
    if (some === 0) break
    if (performance.now() > until) return { removed, isWhole: false }
  }
  return { removed, isWhole: true }
}
