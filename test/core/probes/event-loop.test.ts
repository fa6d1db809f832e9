import { syncBuiltinESMExports } from 'node:module'
import perfHooks from 'node:perf_hooks'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Probes, startProbes } from '../../../src/core/probes/index.js'
import { watchLoopDrift } from '../../../src/core/probes/loop-drift.js'
import { block, breathe } from './support.js'

let probes: Probes
const onFault = vi.fn()

beforeEach(() => {
  probes = startProbes({ disks: [], onFault })
})
afterEach(() => {
  probes.stop()
  onFault.mockClear()
})

/** Other processes may hold the machine, so what is measured may be more, within reason. */
const SLACK_MS = 150
const blockedMs = ({ from, to }: { from: number; to: number }) => probes.window(from, to).loopBlockedMs

function expectAbout(found: number | null | undefined, ms: number): void {
  expect(found).toBeGreaterThan(ms * 0.8)
  expect(found).toBeLessThan(ms + SLACK_MS)
}

test.each([300, 480, 800])(
  'a block of %d ms is seen in the turn that it ends in, in the next one and long after',
  async (ms) => {
    await breathe(300)
    const span = block(ms)
    expectAbout(blockedMs(span), span.ms)
    await breathe(0)
    expectAbout(blockedMs(span), span.ms)
    await breathe(600)
    expectAbout(blockedMs(span), span.ms)
  },
)

test('a block that the timer is not late for is seen as well', async () => {
  await breathe(300)
  const span = block(120)
  expectAbout(blockedMs(span), span.ms)
})

test('a span is never blocked for longer than it is, and one beside the block is free', async () => {
  await breathe(300)
  const before = performance.now()
  await breathe(700)
  const span = block(500)
  await breathe(600)
  const after = performance.now()
  expect(blockedMs({ from: span.to - 100, to: span.to })).toBeLessThanOrEqual(100)
  expect(blockedMs({ from: before, to: before + 300 })).toBeLessThan(SLACK_MS)
  expect(blockedMs({ from: after - 1, to: after })).toBeLessThanOrEqual(1)
})

test('many short turns are no block, whatever they take together', async () => {
  await breathe(600)
  // The timer begins anew here, so that the turns are all between two looks.
  probes.collect()
  const from = performance.now()
  for (let turn = 0; turn < 200; turn++) {
    block(2)
    await new Promise(setImmediate)
  }
  await breathe(300)
  const to = performance.now()
  expect(to - from).toBeGreaterThan(400)
  expect(blockedMs({ from, to })).toBeLessThan(SLACK_MS)
})

test('only the newest blocks are remembered, without end', async () => {
  for (let number = 0; number < 150; number++) {
    block(25)
    await breathe(0)
  }
  const span = block(300)
  await breathe(300)
  expectAbout(blockedMs(span), span.ms)
})

test('the longest delay is found right after a beat, where the histogram misses it', async () => {
  await breathe(500)
  probes.collect()
  const span = block(500)
  const { eventLoop } = probes.collect()
  expectAbout(eventLoop?.max, span.ms)
  await breathe(500)
  expect(probes.collect().eventLoop?.max).toBeLessThan(SLACK_MS)
})

test.each<[what: string, sampled: number | null, from: number, to: number]>([
  ['as far as the block says', 120, 150, 200 + SLACK_MS],
  ['no further than can be missing in it', 30, 130, 130],
  ['not at all when it is no delay', 10, 10, 10],
  ['not at all when there is none', null, 0, 0],
])('a delay that samples found is completed %s', async (_, sampled, from, to) => {
  const drift = watchLoopDrift()
  await breathe(600)
  drift.takeLongest(null, 100)
  // The timer begins anew, so that it is not late for this one.
  block(200)
  const longest = drift.takeLongest(sampled, 100)
  drift.stop()
  expect(longest).toBeGreaterThanOrEqual(from)
  expect(longest).toBeLessThanOrEqual(to)
})

test('percentiles are without the resolution of the samples', async () => {
  await breathe(1_000)
  const idle = probes.collect().eventLoop
  expect(idle?.p50).toBeLessThan(90)
  expect(idle?.mean).toBeLessThan(90)
  await breathe(350)
  const span = block(600)
  await breathe(350)
  const blocked = probes.collect().eventLoop
  expect(blocked?.p99).toBeGreaterThan(400)
  expect(blocked?.p99).toBeLessThan(span.ms + SLACK_MS)
  expect(blocked?.mean).toBeGreaterThan(0)
})

test('without samples the figures of the histogram are unknown', async () => {
  await breathe(300)
  probes.collect()
  expect(probes.collect().eventLoop).toMatchObject({ p50: null, p99: null, mean: null })
})

test('utilization is a difference between beats, 0 to 1', async () => {
  block(600)
  await breathe(10)
  const busy = probes.collect().eventLoop?.utilization
  await breathe(600)
  const idle = probes.collect().eventLoop?.utilization
  expect(busy).toBeGreaterThan(0.8)
  expect(busy).toBeLessThanOrEqual(1)
  expect(idle).toBeGreaterThanOrEqual(0)
  expect(idle).toBeLessThan(0.45)
})

test('where the histogram throws, as in Bun, it is named once and the rest goes on', async () => {
  const { monitorEventLoopDelay } = perfHooks
  perfHooks.monitorEventLoopDelay = () => {
    throw new Error('not implemented')
  }
  syncBuiltinESMExports()
  probes.stop()
  probes = startProbes({ disks: [], onFault })
  perfHooks.monitorEventLoopDelay = monitorEventLoopDelay
  syncBuiltinESMExports()
  await breathe(300)
  const span = block(400)
  const { eventLoop, gc } = probes.collect()
  expect(eventLoop).toMatchObject({ p50: null, p99: null, mean: null })
  expect(eventLoop?.utilization).toBeGreaterThan(0)
  expectAbout(eventLoop?.max, span.ms)
  expect(gc).not.toBeNull()
  probes.collect()
  expect(onFault.mock.calls).toEqual([['event loop delay', new Error('not implemented')]])
})
