import { performance as clock } from 'node:perf_hooks'
import { onTestFinished, vi } from 'vitest'

type Faked = NonNullable<NonNullable<Parameters<typeof vi.useFakeTimers>[0]>['toFake']>[number]

/**
 * Fakes the clock that never jumps, for code that imports it from Node, until the test ends. `vi.advanceTimersByTime` moves it.
 *
 * @param others what else is faked
 */
export function fakeClock(...others: Faked[]): void {
  vi.useFakeTimers({ toFake: [...others, 'performance'] })
  const fake = globalThis.performance
  if (fake === clock) return
  const faked = vi.spyOn(clock, 'now').mockImplementation(() => fake.now())
  onTestFinished(() => void faked.mockRestore())
}
