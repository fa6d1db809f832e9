import { expect, it } from 'vitest'
import { TrafficBucket } from '../../../src/archiver/figures/traffic-bucket.js'
import { livePast } from '../../../src/zenith/alerts/past/node-past.js'
import type { TrafficStep } from '../../../src/zenith/alerts/past/windows.js'
import { rollupOf } from '../support/records.js'

const MINUTE = 60_000
const PROCESS = {
  ...{ cpu: 1, rss: 1, heapUsed: 1, loopP99: 1 },
  ...{ utilization: 0, gcMs: 0, gcCount: 0, diskPct: null },
}

/** A minute in which these nodes reported. @param process null for recorders that don't report theirs */
function minuteOf(index: number, nodes: readonly string[], process: typeof PROCESS | null = PROCESS): TrafficStep {
  const [from, at] = [index * MINUTE, (index + 1) * MINUTE]
  const bucket = new TrafficBucket()
  const whole = { start: 0, end: 1, isFirst: true, hasMiddle: true }
  for (const node of nodes) bucket.add({ ...rollupOf(node, from, at, []), ...(process && { process }) }, whole)
  return { from, at, ms: MINUTE, bucket }
}

async function* each(steps: readonly TrafficStep[]) {
  yield* steps
}

it('are counted in whole minutes alone: others report later, and the first may be cut', async () => {
  const both = ['a', 'b']
  const steps = [minuteOf(0, ['a']), minuteOf(1, both), minuteOf(2, ['a']), minuteOf(3, both), minuteOf(4, ['a'])]
  const values = await livePast(each(steps), 6 * MINUTE)
  expect(values.map(({ at, value }) => [at / MINUTE, value])).toEqual([
    [2, 2],
    [3, 1],
  ])
})

it('are unknown where a node writes nothing without traffic', async () => {
  const steps = [minuteOf(0, ['a']), minuteOf(1, ['a']), minuteOf(2, ['old'], null)]
  const values = await livePast(each(steps), 9 * MINUTE)
  expect(values.map(({ value }) => value)).toEqual([1, null])
})
