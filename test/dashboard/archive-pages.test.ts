import { describe, expect, it, test } from 'vitest'
import { barsOf } from '../../src/dashboard/features/archive-jobs/bars.js'
import { completenessWords } from '../../src/dashboard/features/archive-jobs/completeness.js'
import {
  liveTextOf,
  obstacleOf,
  openField,
  valuesOf,
  withField,
} from '../../src/dashboard/features/archive-jobs/search.js'
import { reachable, SPAN_MS, STEP_MS, scrubbedWindow } from '../../src/dashboard/features/time-travel/target.js'
import { SPANS } from '../../src/dashboard/routing/pages.js'
import { timeTravelTarget } from '../../src/dashboard/routing/time-travel-target.js'

const NOW = Date.UTC(2026, 10, 30, 12, 34, 56)

describe('a search of finished jobs on the page', () => {
  test.each([
    ['', 'queue', 'mail', 'queue:mail'],
    ['queue:pdf user', 'queue', 'my queue', 'user queue:"my queue"'],
    ['-queue:pdf state:failed', 'queue', 'a', '-queue:pdf state:failed queue:a'],
    ['State:failed', 'state', 'retried', 'state:retried'],
  ] as const)('%j with %s %j is %j', (text, field, value, expected) => {
    expect(withField(text, field, value)).toBe(expected)
    expect(valuesOf(expected, field)).toEqual([value])
  })

  it('has no obstacle, or says which words can not be read, or not by this role', () => {
    expect(obstacleOf('user state:failed', true, NOW)).toBeNull()
    expect(obstacleOf('state:failed run:>1s after:2h', false, NOW)).toBeNull()
    expect(obstacleOf('ada state:failed -"two words" email:x', false, NOW)).toMatchObject({
      isForbidden: true,
      problems: [
        { from: 0, to: 3 },
        { from: 17, to: 29 },
        { from: 30, to: 37 },
      ],
    })
    expect(obstacleOf('a state:nope', false, NOW)).toMatchObject({
      isForbidden: false,
      problems: [{ from: 2, to: 12 }],
    })
  })

  test.each([
    ['user state:', { field: 'state', typed: '', before: 'user ' }],
    ['-queue:ma', { field: 'queue', typed: 'ma', before: '-' }],
    ['queue:mail ', null],
    ['email:ada', null],
    ['', null],
  ])('suggests at the end of %j: %j', (text, expected) => {
    expect(openField(text)).toEqual(expected)
  })

  test.each([
    ['ab user@example.com state:failed', 'user@example.com'],
    ['"two words" x', 'two words'],
    ['name:SendX* -longest-of-all-words', 'SendX'],
    ['queue:mail after:2h', ''],
    [`"${'x'.repeat(300)}"`, 'x'.repeat(200)],
  ])('has of %j for live jobs: %j', (text, expected) => {
    expect(liveTextOf(text)).toBe(expected)
  })
})

test.each([
  [9_812, 10_000, 'mail of shop: 9,812 of 10,000 attempts archived (98 %)'],
  [0, 3, 'mail of shop: 0 of 3 attempts archived (0 %)'],
  [12, 10, 'mail of shop: 10 of 10 attempts archived (100 %)'],
  [9_999, 10_000, 'mail of shop: 9,999 of 10,000 attempts archived (99 %)'],
  [1, null, 'mail of shop: 1 attempt archived; no worker counts them'],
])('completeness of %s of %s in words', (archived, counted, words) => {
  expect(completenessWords({ queueName: 'mail', service: 'shop', archived, counted })).toBe(words)
})

it('draws attempts on one axis, and nothing of what is unknown', () => {
  const bars = barsOf([
    { startedAt: 100, finishedAt: 200, waitMs: 100, runMs: 100 },
    { startedAt: 300, finishedAt: 400, waitMs: null, runMs: 100 },
    { startedAt: null, finishedAt: 350, waitMs: null, runMs: null },
  ])
  expect(bars).toEqual([
    [
      { name: 'waited', left: 0, width: 25 },
      { name: 'ran', left: 25, width: 25 },
    ],
    [{ name: 'ran', left: 75, width: 25 }],
    [],
  ])
})

describe('the scrubber', () => {
  it.each(SPANS)('spans %s around any time, on whole steps, and stays while one moves within it', (span) => {
    for (let ago = 0; ago < 3 * SPAN_MS[span]; ago += SPAN_MS[span] / 7) {
      const at = NOW - ago
      const { from, to } = scrubbedWindow(at, span, NOW)
      expect(to - from).toBe(SPAN_MS[span])
      expect([from % STEP_MS[span], from <= at, at <= to]).toEqual([0, true, true])
      expect(scrubbedWindow(from + 1, span, NOW)).toEqual({ from, to })
    }
  })

  it('goes neither into the future nor to a time that the archive would refuse', () => {
    const minute = Math.floor(NOW / 60_000) * 60_000
    expect([NOW - 1, NOW, NOW + 1, 8.64e15].map((at) => reachable(at, NOW))).toEqual([NOW - 1, NOW, minute, minute])
    for (const span of SPANS) expect(scrubbedWindow(reachable(1, NOW), span, NOW).from).toBeGreaterThan(0)
  })

  it('is reached from anywhere, without the window of the page before', () => {
    expect(timeTravelTarget(NOW + 0.5)).toEqual({ page: 'time-travel', t: NOW + 1, span: '24h', from: 0, to: 0 })
  })
})
