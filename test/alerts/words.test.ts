import { expect, it } from 'vitest'
import { conditionInWords } from '../../src/alerts/words.js'
import type { Metric } from '../../src/api/alert-metrics.js'

const condition = (metric: Metric, threshold: number) => ({
  ...({ metric, threshold, over: 'each', is: 'atLeast', clear: null, minCount: null } as const),
})

it.each<[metric: Metric, threshold: number, value: number | null, words: string]>([
  ['node.cpu', 90, 93, 'CPU 93 % (at least 90 %)'],
  ['fleet.storeAwayMs', 30_000, 40_000, 'Redis away 40 s (at least 30 s)'],
  ['host.cpu', 90, null, 'CPU of the host unknown (at least 90 %)'],
  ['queue.error', 1, 1, 'Unreadable queue'],
  ['node.notReady', 1, 1, 'Not ready'],
  ['queue.paused', 5, 7, 'Backlog of a paused queue 7 (at least 5)'],
])('%s of at least %d, and it is %s: %s', (metric, threshold, value, words) => {
  expect(conditionInWords(condition(metric, threshold), value)).toBe(words)
})
