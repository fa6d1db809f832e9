import { expect, test } from 'vitest'
import { TrafficBucket } from '../../src/archiver/figures/traffic-bucket.js'
import type { FigureBucket } from '../../src/ports/index.js'
import { archivedSpanOf } from '../../src/zenith/archive/archived-span.js'
import { ArchivedTraffic } from '../../src/zenith/archive/archived-traffic.js'
import { rollupOf } from './support/records.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const STEP = 6 * HOUR

/** Steps of 6 h, in each of which one node came, reported a minute of 3,600 requests, and left. */
function archiveOf(starts: readonly number[]) {
  const buckets = starts.map((from): FigureBucket => {
    const bucket = new TrafficBucket()
    const route = { key: 'GET /', durations: Array.from({ length: 3_600 }, () => 5), errors: 0 }
    const rollup = rollupOf(`web-${from}`, from, from + MINUTE, [route], [])
    bucket.add(rollup as never, { start: 0, end: 1, hasMiddle: true, isFirst: true })
    return { kind: 'traffic', scope: 'shop', step: STEP, from, body: bucket.encode() }
  })
  return { figures: async () => buckets, scopes: async () => ['shop'] }
}

/** Requests a second of each step. @param after of the last step's start until now, ms */
async function ratesAt(after: number): Promise<readonly (number | null)[]> {
  const last = Date.UTC(2026, 10, 30, 6)
  const now = last + after
  const window = { from: last - 29 * DAY, to: last + MINUTE }
  const span = archivedSpanOf({ period: '1h', window }, now)
  if (!span) throw new Error('the archive is not asked')
  expect(span.step).toBe(STEP)
  const { traffic } = await new ArchivedTraffic(archiveOf([last - STEP, last])).period('shop', span)
  return traffic.map(({ rate }) => rate)
}

test('the last step of a time that is over has the rate of any other, although its nodes came and went', async () => {
  expect(await ratesAt(2 * DAY)).toEqual([0.1667, 0.1667])
})

test('a step that has just begun has the rate of what was reported', async () => {
  expect((await ratesAt(90_000)).at(-1)).toBe(60)
  expect((await ratesAt(HOUR + 2 * MINUTE)).at(-1)).toBe(1)
})
