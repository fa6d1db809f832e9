import { performance } from 'node:perf_hooks'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ServerClock } from '../../src/stores/redis/server-clock.js'
import { fakeClock } from '../support/fake-clock.js'

const HOUR = 3_600_000
const timeOf = (ms: number) => [String(Math.floor(ms / 1_000)), String((ms % 1_000) * 1_000)]

/** @param ahead of Redis' clock, ms */
function clockThat(ahead: number): ServerClock {
  fakeClock('Date')
  const clock = new ServerClock()
  clock.learn(timeOf(Date.now() - ahead))
  return clock
}

test('a slow answer makes no clock wrong: of what it can mean the nearest to what is known is taken', () => {
  fakeClock('Date')
  onTestFinished(() => void vi.useRealTimers())
  const clock = new ServerClock()
  const sentAt = performance.now()
  const answered = timeOf(Date.now())
  vi.advanceTimersByTime(8_000)
  clock.learn(answered, sentAt)
  expect(clock.shift()).toBe(0)
})

test('a time is told by Redis’ clock, as the own clock went when it was taken', () => {
  const clock = clockThat(HOUR)
  const origin = Date.now() - performance.now()
  expect(clock.shift()).toBe(-HOUR)
  vi.setSystemTime(Date.now() - 3 * HOUR)
  expect(clock.isDoubtful).toBe(true)
  expect([clock.shift(origin), clock.shift()]).toEqual([-HOUR, 2 * HOUR])
})

test.each([
  ['ahead', HOUR],
  ['back', -HOUR],
])(
  'a clock of Redis that is set %s is noticed by the id of the next entry, and nothing is trimmed by age meanwhile',
  (_, jump) => {
    const clock = clockThat(0)
    expect(clock.oldest(HOUR)).toBe(Date.now() - HOUR)
    vi.advanceTimersByTime(10_000)
    clock.learnFromId(`${Date.now()}-0`)
    clock.learnFromId(`${Date.now()}-3`)
    expect(clock.isDoubtful).toBe(false)
    // Where it was set back, ids go on from the last one.
    clock.learnFromId(jump > 0 ? `${Date.now() + jump}-0` : `${Date.now() - 10_000}-4`)
    expect(clock.isDoubtful).toBe(true)
    clock.learn(timeOf(Date.now() + jump))
    expect(clock.shift()).toBe(jump)
    expect(clock.oldest(HOUR)).toBeNull()
    vi.advanceTimersByTime(HOUR)
    expect(clock.oldest(HOUR)).toBe((clock.now() ?? 0) - HOUR)
  },
)
