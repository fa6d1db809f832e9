import { afterEach, beforeEach, expect, vi } from 'vitest'

/** A full minute, so that steps are where tests expect them. Unix ms. */
export const START = Date.UTC(2030, 0, 1, 12)

/** The tests of a suite begin at {@link START}; the clock goes on only when it is set. */
export function freezeClock(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(START)
  })
  afterEach(() => void vi.useRealTimers())
}

/** One duration for each whole ms from one to the other. */
export const ms = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

/** A figure from a sketch: within the 2 % that it promises. */
export function within(value: number | null | undefined, expected: number): void {
  expect(value).toBeGreaterThanOrEqual(expected * 0.98)
  expect(value).toBeLessThanOrEqual(expected * 1.02)
}
