import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Sketch } from '../../src/protocol/index.js'

/** Durations over the whole range, as many short as long ones; ms. */
const duration = fc.double({ min: -3, max: 9, noNaN: true }).map((exponent) => 10 ** exponent)
const durations = fc.array(duration, { minLength: 1, maxLength: 500 })
const share = fc.double({ min: 0, max: 1, noNaN: true })

function sketchOf(values: readonly number[]): Sketch {
  const sketch = new Sketch()
  for (const value of values) sketch.record(value)
  return sketch
}

/** By the nearest-rank definition. */
function exactQuantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(1, Math.ceil(at * sorted.length)) - 1] ?? Number.NaN
}

test('a percentile is off by at most 2 %', () => {
  fc.assert(
    fc.property(durations, share, (values, at) => {
      const exact = exactQuantile(values, at)
      const answer = sketchOf(values).quantile(at) ?? Number.NaN
      expect(Math.abs(answer - exact) / exact).toBeLessThanOrEqual(0.02)
    }),
    { numRuns: 2_000 },
  )
})

test('so it is at the bounds of buckets', () => {
  for (let exponent = -9; exponent < 30; exponent++) {
    for (const offset of [1 - 1e-12, 1, 1 + 1e-12, 1 + 1 / 32, 1 + 1 / 32 - 1e-12, 2 - 1e-12]) {
      const value = 2 ** exponent * offset
      const answer = sketchOf([value]).quantile(0.5) ?? Number.NaN
      expect(Math.abs(answer - value) / value).toBeLessThanOrEqual(0.02)
    }
  }
})

test('merging is recording into one', () => {
  fc.assert(
    fc.property(fc.array(durations, { maxLength: 6 }), (parts) => {
      const merged = new Sketch()
      for (const part of parts) merged.merge(sketchOf(part))
      const whole = sketchOf(parts.flat())
      expect(merged.encode()).toBe(whole.encode())
      expect(merged.count).toBe(whole.count)
    }),
  )
})

test('the text form brings back the same sketch', () => {
  fc.assert(
    fc.property(fc.array(duration, { maxLength: 500 }), share, (values, at) => {
      const sketch = sketchOf(values)
      const decoded = Sketch.decode(sketch.encode())
      expect(decoded?.encode()).toBe(sketch.encode())
      expect(decoded?.count).toBe(values.length)
      expect(decoded?.quantile(at)).toBe(sketch.quantile(at))
    }),
  )
})

test('merging texts is merging what they stand for', () => {
  fc.assert(
    fc.property(fc.array(durations, { maxLength: 6 }), durations, (parts, before) => {
      const byText = sketchOf(before)
      const bySketch = sketchOf(before)
      for (const part of parts) {
        expect(byText.mergeText(sketchOf(part).encode())).toBe(true)
        bySketch.merge(sketchOf(part))
      }
      expect(byText.encode()).toBe(bySketch.encode())
      expect(byText.count).toBe(bySketch.count)
    }),
  )
})

test('a text that is no sketch leaves a sketch as it was, however far it could be read', () => {
  const broken = fc
    .tuple(durations, fc.constantFrom(',', '*', ',zzz', '*0', ' ', '*zzzzzzz', ',1*', ',A', '.'))
    .map(([values, end]) => sketchOf(values).encode() + end)
  fc.assert(
    fc.property(broken, durations, (text, before) => {
      const sketch = sketchOf(before)
      expect(sketch.mergeText(text)).toBe(false)
      expect(Sketch.decode(text)).toBeNull()
      expect(sketch.encode()).toBe(sketchOf(before).encode())
      expect(sketch.count).toBe(before.length)
    }),
  )
})

test('decoding any text gives a sketch or null', () => {
  const near = fc.string({ unit: fc.constantFrom('0', '1', 'z', 'Z', '*', ',', '-', '.', ' '), maxLength: 12 })
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), near), (text) => {
      const sketch = Sketch.decode(text)
      if (sketch) expect(sketch.count).toBe(Sketch.decode(sketch.encode())?.count)
    }),
    { numRuns: 2_000 },
  )
})

test.each(['zzz', '1*0', '1**2', ',', '1,', '1*', 'é', '1*zzzzzzz', 'zz,zz'])('%s is no sketch', (text) => {
  expect(Sketch.decode(text)).toBeNull()
})

test('counts at bounds and the sum are off by at most 2 %', () => {
  const bounds = fc.array(duration, { maxLength: 10 }).map((values) => values.sort((a, b) => a - b))
  const below = (values: readonly number[], bound: number) => values.filter((value) => value <= bound).length
  fc.assert(
    fc.property(durations, bounds, (values, limits) => {
      const sketch = sketchOf(values)
      sketch.countsAtMost(limits).forEach((count, index) => {
        const limit = limits[index] ?? Number.NaN
        expect(count).toBeGreaterThanOrEqual(below(values, limit / 1.02))
        expect(count).toBeLessThanOrEqual(below(values, limit * 1.02))
      })
      expect(sketch.countsAtMost([1e12])).toEqual([values.length])
      const sum = values.reduce((total, value) => total + value, 0)
      expect(Math.abs(sketch.sum() - sum) / sum).toBeLessThanOrEqual(0.02)
    }),
  )
})

test('durations that can not be are counted and harm nothing', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      const sketch = sketchOf([value, 5])
      expect(sketch.count).toBe(2)
      expect(sketch.quantile(1)).toBeGreaterThan(0)
      expect(Sketch.decode(sketch.encode())?.count).toBe(2)
    }),
  )
})

test('nothing recorded is nothing known', () => {
  const sketch = new Sketch()
  expect(sketch.quantile(0.5)).toBeNull()
  expect(sketch.encode()).toBe('')
  sketch.record(7)
  sketch.clear()
  expect(sketch.quantile(0.5)).toBeNull()
  expect(sketch.encode()).toBe('')
})

test('what lies close together takes little memory, wherever it lies', () => {
  const SKETCHES = 2_000
  const before = process.memoryUsage().arrayBuffers
  const sketches = Array.from({ length: SKETCHES }, (_, index) => {
    const sketch = new Sketch()
    for (let count = 0; count < 20; count++) sketch.record((1 + count / 20) * 1.01 ** index)
    return sketch
  })
  const taken = process.memoryUsage().arrayBuffers - before
  expect(sketches.every(({ count }) => count === 20)).toBe(true)
  // A power of two crosses one border of a span at most; all buckets would be 5,120 bytes.
  expect(taken).toBeLessThan(SKETCHES * 1_100)
})
