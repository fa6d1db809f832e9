import { Sketch } from '../../../src/protocol/index.js'

const SHARES = [0, 0.5, 0.95, 0.99, 1]

const DURATIONS: readonly (readonly number[])[] = [
  [],
  [1],
  [1, 1, 100],
  [5, 250.5],
  // Outside of the range: the first and the last bucket.
  [0, -1, 2 ** -11, 2 ** -10, 2 ** 30, 2 ** 31, 1e15],
  // At the bounds of buckets.
  [0.999999, 1, 1.03125, 1.0312499, 2, 1023.999, 1024],
  Array.from({ length: 500 }, (_, index) => (index * 37) % 1_000),
  Array.from({ length: 1_500 }, () => 12.5),
]

const MERGES: readonly (readonly string[])[] = [
  ['8w', '8w'],
  ['8w*2,5u', '', 'aw,52'],
  ['zj', '0', '8w*zz'],
]

const INVALID = ['8W', '8w,', ',8w', '8w*', '8w*0', '8w**2', '-1', '8w;5u', 'zk', '8w 5u', '0,0*2,zzz', '8w*zzzzzzzz']

export function sketchVectors() {
  return {
    record: DURATIONS.map((durations) => {
      const sketch = new Sketch()
      for (const duration of durations) sketch.record(duration)
      const quantiles = Object.fromEntries(SHARES.map((share) => [String(share), sketch.quantile(share)]))
      return { durations, count: sketch.count, text: sketch.encode(), quantiles }
    }),
    merge: MERGES.map((texts) => {
      const sketch = new Sketch()
      for (const text of texts) sketch.mergeText(text)
      return { texts, text: sketch.encode() }
    }),
    invalid: INVALID,
  }
}
