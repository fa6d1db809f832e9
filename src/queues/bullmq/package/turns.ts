import type { RepeatStrategy } from './queue-api.js'

/** Computes when a scheduler is due: the first turn after a time, Unix ms; null if there is none. Rejects if it is unknown. */
export type Turns = (time: number) => Promise<number | null>

/** BullMQ computes a turn up to this long before it records when the job was made, ms. */
const MADE_WITHIN_MS = 2_000

/** The turns of a pattern, by the repeat strategy of an app's queue. */
export function byStrategy(strategy: RepeatStrategy, repeat: object, name: string): Turns {
  return async (time) => {
    const turn = await strategy(time, repeat, name)
    return typeof turn === 'number' && turn > time ? turn : null
  }
}

/**
 * Whether the next job was made by these turns.
 *
 * @param next when it is due; `madeAt`: when it was made. Unix ms
 */
export async function areTurns(turns: Turns, next: number, madeAt: number): Promise<boolean> {
  if (!(madeAt > 0)) return false
  try {
    // A job that was run early has made the one after the next.
    const first = await turns(Math.min(madeAt, next) - 1)
    const second = first === null ? null : await turns(first)
    return [first, second, madeAt].some((turn) => turn !== null && Math.abs(next - turn) <= MADE_WITHIN_MS)
  } catch {
    return false
  }
}
