const MAX_PART = 2n ** 64n - 1n
const STEP_MS = 60_000

function partsOf(id: string): [bigint, bigint] {
  const [ms = '0', rest = '0'] = id.split('-')
  return [BigInt(ms), BigInt(rest)]
}

/** The next possible id of a stream. */
export function idAfter(id: string): string {
  const [ms, rest] = partsOf(id)
  return rest < MAX_PART ? `${ms}-${rest + 1n}` : `${ms + 1n}-0`
}

/** An id that is later than deleted ones, probably. @param tries each doubles the distance */
export function laterId(id: string, tries: number): string {
  const [ms] = partsOf(id)
  const now = BigInt(Date.now())
  const from = ms > now ? ms : now
  return `${from + BigInt(STEP_MS) * 2n ** BigInt(Math.min(tries, 24))}-1`
}

export function newestId(ids: readonly string[]): string {
  return ids.reduce((best, id) => (isAfter(id, best) ? id : best), '0-0')
}

/** By their times, then their numbers. @returns below 0 if the first one is earlier */
export function compareIds(a: string, b: string): number {
  const [aTime = 0, aNumber = 0] = a.split('-').map(Number)
  const [bTime = 0, bNumber = 0] = b.split('-').map(Number)
  return aTime - bTime || aNumber - bNumber
}

function isAfter(id: string, other: string): boolean {
  const [[ms, rest], [otherMs, otherRest]] = [partsOf(id), partsOf(other)]
  return ms === otherMs ? rest > otherRest : ms > otherMs
}
