import type { PastValue } from '../../../alerts/preview/history.js'
import { type TrafficStep, WINDOW_MS } from './windows.js'

const MINUTE_MS = 60_000

/** When a service recorded exceptions. Unix ms. */
export interface ExceptionTimes {
  readonly times: readonly number[]
  /** Time of the oldest one that was read, if there are older ones; else null. */
  readonly since: number | null
}

/** Exceptions of five minutes, by the minute, while the service is known to have reported. */
export async function exceptionsPast(
  steps: AsyncIterable<TrafficStep>,
  { times, since }: ExceptionTimes,
): Promise<readonly PastValue[]> {
  const ascending = times.toSorted((a, b) => a - b)
  const values: PastValue[] = []
  let [first, next] = [0, 0]
  for await (const step of steps) {
    for (let from = step.from; from < step.at; from += MINUTE_MS) {
      const at = Math.min(from + MINUTE_MS, step.at)
      while ((ascending[next] ?? Number.POSITIVE_INFINITY) <= at) next++
      while ((ascending[first] ?? Number.POSITIVE_INFINITY) <= at - WINDOW_MS) first++
      const isKnown = since === null || at - WINDOW_MS >= since
      values.push({ from, at, value: isKnown ? next - first : null, count: null, lasts: false })
    }
  }
  return values
}
