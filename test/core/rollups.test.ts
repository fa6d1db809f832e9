import { describe, expect, it } from 'vitest'
import { Rollups } from '../../src/core/report/rollups.js'
import { Series } from '../../src/core/report/series.js'
import { Sketch } from '../../src/protocol/index.js'

function seriesOf(key: string, durations: readonly number[]): Series {
  const series = new Series(key, 'GET', null)
  for (const duration of durations) {
    series.count += 1
    series.classes[1] = (series.classes[1] ?? 0) + 1
    series.durations.record(duration)
  }
  return series
}

const SECOND = 1_000

/** Intervals of 10 s, one request each of as many ms as the interval's number. */
function record(rollups: Rollups, from: number, count: number, isLast = false) {
  return Array.from({ length: count }, (_, index) => {
    const start = from + index * 10 * SECOND
    const routes = [seriesOf('GET /a', [index + 1])]
    const end = isLast && index === count - 1
    return rollups.take({ from: start, to: start + 10 * SECOND, routes, jobs: [], isLast: end })
  }).flat()
}

const historyOf = (records: ReturnType<typeof record>) =>
  records.filter(({ type }) => type === 'history').map((entry) => entry.record)

describe('rollups', () => {
  it('come for each interval, and added up for each minute', () => {
    const records = record(new Rollups('n'), 0, 12)
    expect(records.filter(({ type }) => type === 'rollup')).toHaveLength(12)
    const history = historyOf(records)
    expect(history).toMatchObject([
      { node: 'n', from: 0, to: 60 * SECOND, routes: [{ key: 'GET /a', count: 6, classes: [0, 6] }] },
      { node: 'n', from: 60 * SECOND, to: 120 * SECOND, routes: [{ key: 'GET /a', count: 6 }] },
    ])
    const all = new Sketch()
    for (const duration of [1, 2, 3, 4, 5, 6]) all.record(duration)
    expect(history[0]).toMatchObject({ routes: [{ sketch: all.encode() }] })
  })

  it('keep nothing back when nothing comes after', () => {
    const history = historyOf(record(new Rollups('n'), 0, 2, true))
    expect(history).toMatchObject([{ from: 0, to: 20 * SECOND, routes: [{ count: 2 }] }])
  })

  it('of intervals longer than a minute are in both tiers', () => {
    const interval = { from: 0, to: 90 * SECOND, routes: [seriesOf('GET /a', [1])], jobs: [], isLast: false }
    expect(new Rollups('n').take(interval).map(({ type }) => type)).toEqual(['rollup', 'history'])
  })

  it('go on when the clock is set back', () => {
    const rollups = new Rollups('n')
    record(rollups, 7_200 * SECOND, 2)
    const history = historyOf(record(rollups, 100 * SECOND, 8))
    expect(history).toMatchObject([{ from: 80 * SECOND, to: 140 * SECOND, routes: [{ count: 6 }] }])
  })

  it('of nothing are nothing', () => {
    const interval = { from: 0, to: 90 * SECOND, routes: [], jobs: [], isLast: true }
    expect(new Rollups('n').take(interval)).toEqual([])
  })
})
