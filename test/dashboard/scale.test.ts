import { describe, expect, it } from 'vitest'
import {
  axisLabels,
  axisMarks,
  heightOf,
  type Measure,
  windowOf,
  writerOf,
} from '../../src/dashboard/ui/charts/scale.js'

const marks = (measure: Measure, height: number) => axisMarks(measure, height, 5)

describe('the axis of a chart', () => {
  it.each<[Measure, number, string[]]>([
    ['rate', 0.2, ['0/min', '5/min', '10/min']],
    ['rate', 0.01, ['0/min', '0.2/min', '0.4/min', '0.6/min']],
    ['rate', 1.2, ['0/s', '0.5/s', '1.0/s']],
    ['rate', 40, ['0/s', '10/s', '20/s', '30/s', '40/s']],
    ['rate', 24_000, ['0k/s', '5k/s', '10k/s', '15k/s', '20k/s']],
    ['duration', 0.9, ['0 ms', '0.2 ms', '0.4 ms', '0.6 ms', '0.8 ms']],
    ['duration', 5, ['0 ms', '1 ms', '2 ms', '3 ms', '4 ms', '5 ms']],
    ['duration', 1_200, ['0 s', '0.5 s', '1.0 s']],
    ['duration', 150_000, ['0 min', '0.5 min', '1.0 min', '1.5 min', '2.0 min', '2.5 min']],
    ['percent', 1, ['0 %', '0.2 %', '0.4 %', '0.6 %', '0.8 %', '1.0 %']],
    ['count', 5, ['0', '1', '2', '3', '4', '5']],
    ['count', 2, ['0', '1', '2']],
    ['count', 12_000, ['0k', '5k', '10k']],
    ['perMinute', 9_000, ['0/min', '2,000/min', '4,000/min', '6,000/min', '8,000/min']],
  ])('of %s up to %s has one unit and no label twice', (measure, height, labels) => {
    expect(axisLabels(measure, height, marks(measure, height))).toEqual(labels)
  })

  it.each<Measure>(['rate', 'perMinute', 'duration', 'percent', 'count'])('of %s is so at any height', (measure) => {
    for (let height = measure === 'count' ? 1 : 0.002; height < 1e8; height *= 1.37) {
      const labels = axisLabels(measure, height, marks(measure, height))
      expect(new Set(labels).size, `${measure} ${height}`).toBe(labels.length)
      expect(new Set(labels.map((label) => label.replace(/[\d.,]/g, ''))).size, `${measure} ${height}`).toBe(1)
    }
  })
})

describe('the figures of a chart', () => {
  it.each<[Measure, number, number | null, string]>([
    ['rate', 0.2, 0.2, '12/min'],
    ['rate', 0.2, 0.00001, '<0.01/min'],
    ['rate', 3, 0.05, '0.05/s'],
    ['duration', 5, 0.4, '0.4 ms'],
    ['duration', 2_000, 400, '0.4 s'],
    ['duration', 2_000, 0.3, '0.3 ms'],
    ['rate', 3, 0.01, '0.6/min'],
    ['bytes', 2_147_483_648, 31 * 1_048_576, '31 MB'],
    ['duration', 2_000, 0, '0 s'],
    ['percent', 1, null, '–'],
    ['count', 12_000, 12_345, '12k'],
  ])(
    'of %s up to %s are in the unit of the axis, unless they are too small for it: %s is %s',
    (measure, height, value, text) => {
      expect(writerOf(measure, height)(value)).toBe(text)
    },
  )

  it('leave room above the highest, and are flat around nothing', () => {
    const dataOf = (values: (number | null)[]) => ({ times: [1, 2], lines: [{ name: 'a', color: '--accent', values }] })
    expect(heightOf(dataOf([null, 100]), 5)).toBe(108)
    expect(heightOf(dataOf([null, 0.1]), 5)).toBe(5)
  })
})

describe('the time of a chart', () => {
  const now = 10_000_000
  it.each<[string, number[], number | null, [number, number]]>([
    [
      'spans the period that was chosen, however short the data',
      [now - 30_000, now - 15_000],
      900_000,
      [now - 900_000, now],
    ],
    ['goes to now where the data ended before', [now - 800_000, now - 700_000], 900_000, [now - 900_000, now]],
    ['goes to the data where the clock is behind it', [now, now + 5_000], 300_000, [now - 295_000, now + 5_000]],
    ['shows all that is known without a period', [now - 500_000, now - 15_000], null, [now - 500_000, now]],
    ['shows two minutes at least', [now - 15_000], null, [now - 120_000, now]],
    ['is there without data', [], 300_000, [now - 300_000, now]],
  ])('%s', (_, times, period, window) => {
    expect(windowOf(times, period, now)).toEqual(window)
  })
})
