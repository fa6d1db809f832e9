import { performance } from 'node:perf_hooks'
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
  let held = 0
  for (let turn = 0; turn < 200; turn++) {
    const span = block(2)
    await new Promise(setImmediate)
    const ms = performance.now() - span.from
    // The machine had something else to do: that is a block.
    if (ms > 20) held += ms
  }
  await breathe(300)
  const to = performance.now()
  expect(to - from).toBeGreaterThan(400)
  expect(blockedMs({ from, to })).toBeLessThan(SLACK_MS + held)
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

test('the longest delay is found right after a beat, before the timer could tell', async () => {
  await breathe(500)
  probes.collect()
  const span = block(500)
  const { eventLoop } = probes.collect()
  expectAbout(eventLoop?.max, span.ms)
  await breathe(500)
  expect(probes.collect().eventLoop?.max).toBeLessThan(SLACK_MS)
})

test('what the timer is late for is a delay, and the longest of them is completed by the block', async () => {
  const drift = watchLoopDrift()
  await breathe(900)
  const idle = drift.take()
  expect(idle.p50).toBeLessThan(90)
  expect(idle.mean).toBeLessThan(90)
  await breathe(350)
  const span = block(700)
  await breathe(700)
  const blocked = drift.take()
  drift.stop()
  expectAbout(blocked.max, span.ms)
  expect(blocked.p99).toBeGreaterThan(100)
  expect(blocked.p99).toBeLessThanOrEqual(blocked.max ?? 0)
  expect(blocked.mean).toBeGreaterThan(0)
})

test('a block that the timer is not late for is a delay of as much as is sure', async () => {
  const drift = watchLoopDrift()
  await breathe(900)
  drift.take()
  block(120)
  const { max } = drift.take()
  drift.stop()
  expectAbout(max, 120)
})

test('while the loop is busy its delays are looked at more often, and count for their time', async () => {
  const drift = watchLoopDrift()
  await breathe(600)
  const until = performance.now() + 1_000
  while (performance.now() < until) {
    block(30)
    await breathe(1)
  }
  await breathe(2_500)
  const { p50, p99 } = drift.take()
  drift.stop()
  expect(p50).toBeLessThan(20)
  expect(p99).toBeGreaterThan(5)
})

test('before the timer was due there is nothing but the longest delay', async () => {
  await breathe(300)
  probes.collect()
  expect(probes.collect().eventLoop).toMatchObject({ p50: null, p99: null, mean: null, max: 0 })
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

test('a runtime whose figures throw ends no app, and is looked at again', async () => {
  const { eventLoopUtilization } = performance
  const drift = watchLoopDrift()
  performance.eventLoopUtilization = () => {
    throw new Error('no figures')
  }
  await breathe(300)
  performance.eventLoopUtilization = eventLoopUtilization
  await breathe(300)
  const { p50, max } = drift.take()
  drift.stop()
  expect(p50).not.toBeNull()
  expect(max).toBeLessThan(SLACK_MS)
})
