import { asNumber } from '../../redis/replies.js'

/** What a waiting job's hash says of the past. */
export interface Waiter {
  readonly addedAt: number | null
  readonly startedAt: number | null
  readonly attempts: number
  readonly delay: number
}

export function waiterOf([timestamp, processedOn, attempts, delay]: readonly unknown[]): Waiter {
  return {
    addedAt: asNumber(timestamp),
    startedAt: asNumber(processedOn),
    attempts: asNumber(attempts) ?? 0,
    delay: asNumber(delay) ?? 0,
  }
}

/**
 * Since when the one waits that has waited longest, as far as that can be told; null when no job tells. A delayed job waits
 * since its delay was over, one that is tried again at the earliest since it was last started. What somebody retried by
 * hand does not say when that was.
 */
export function waitingSince(waiters: readonly Waiter[], now: number): number | null {
  const times = waiters.flatMap((waiter) => sinceOf(waiter, now) ?? [])
  return times.length === 0 ? null : Math.min(...times)
}

function sinceOf({ addedAt, startedAt, attempts, delay }: Waiter, now: number): number | null {
  if (addedAt === null || (attempts > 0 && startedAt === null)) return null
  if (startedAt !== null) return startedAt
  return addedAt + delay > now ? addedAt : addedAt + delay
}
