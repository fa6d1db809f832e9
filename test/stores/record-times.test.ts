import { expect, test } from 'vitest'
import type { NodeEntry } from '../../src/ports/index.js'
import { RecordTimes } from '../../src/stores/redis/record-times.js'
import { heartbeatOf, rollupOf } from './samples.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NOW = Date.UTC(2030, 0, 1, 12)

function nodeThat(clockAhead: number): NodeEntry {
  return { service: 'shop', node: 'n1', lastBeat: NOW, clockAhead, heartbeat: heartbeatOf('shop', 'n1') }
}

/** Where a rollup of ten seconds ends that was written at a time and says that it ended then. */
function placed(
  times: RecordTimes,
  to: number,
  about: { clockAhead?: number; written?: number; isDated?: boolean } = {},
) {
  const { clockAhead = null, written = NOW, isDated = true } = about
  const rollup = rollupOf({ from: Math.max(0, to - 10_000), to })
  const made = times.ofRollup(rollup, { service: 'shop', node: 'n1', clockAhead, written }, isDated)
  return made && { to: made.to - NOW, length: made.to - made.from }
}

const HERE = { to: 0, length: 10_000 }

test('a record that is by Redis’ clock is where it says', () => {
  const times = new RecordTimes(false)
  times.note([nodeThat(HOUR)])
  expect(placed(times, NOW, { clockAhead: HOUR })).toEqual(HERE)
  expect(placed(times, NOW - 10 * MINUTE, { clockAhead: HOUR })).toEqual({ ...HERE, to: -10 * MINUTE })
  // It can't have been written before it ended.
  expect(placed(times, NOW + HOUR, { clockAhead: 0 })).toEqual(HERE)
})

test.each([HOUR, -HOUR, 26 * HOUR, -NOW + 20_000, 70 * 365 * 24 * HOUR])(
  'a record goes by the clock of its node: %i ms',
  (ahead) => {
    const times = new RecordTimes(false)
    times.note([nodeThat(ahead)])
    expect(placed(times, NOW + ahead)).toEqual(HERE)
  },
)

test('what waited for Redis is where it happened, by whatever clock', () => {
  const times = new RecordTimes(false)
  for (const ahead of [0, HOUR, -HOUR]) {
    times.note([nodeThat(ahead)])
    expect(placed(times, NOW + ahead - 90_000)).toEqual({ ...HERE, to: -90_000 })
  }
})

test('a record of before the clock was set goes by the clock of before', () => {
  const times = new RecordTimes(false)
  times.note([nodeThat(0)])
  times.note([nodeThat(HOUR)])
  expect(placed(times, NOW - 10_000)).toEqual({ ...HERE, to: -10_000 })
  times.note([nodeThat(-HOUR)])
  expect(placed(times, NOW + HOUR - 10_000)).toEqual({ ...HERE, to: -10_000 })
})

test('of a node that is not known, what can’t be is when it was written', () => {
  const times = new RecordTimes(false)
  expect(placed(times, NOW + HOUR)).toEqual(HERE)
  expect(placed(times, NOW - HOUR)).toEqual(HERE)
  expect(placed(times, NOW - 5 * MINUTE)).toEqual({ ...HERE, to: -5 * MINUTE })
})

test('with a token an old record that is put back stays where it was', () => {
  expect(placed(new RecordTimes(true), NOW - HOUR)).toEqual({ ...HERE, to: -HOUR })
})

test('what can’t be placed is not made up', () => {
  expect(placed(new RecordTimes(false), NOW + HOUR, { clockAhead: 0, isDated: false })).toBeNull()
})

test('an interval of a century is none: the clock was set within it', () => {
  const rollup = rollupOf({ from: 0, to: NOW })
  const about = { service: 'shop', node: 'n1', clockAhead: null, written: NOW }
  const made = new RecordTimes(false).ofRollup(rollup, about, true)
  expect(made && made.to - made.from).toBe(10_000)
})
