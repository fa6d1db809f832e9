import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Probes, startProbes } from '../../../src/core/probes/index.js'
import { breathe } from './support.js'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

let probes: Probes
const onFault = vi.fn()
beforeEach(() => {
  probes = startProbes({ disks: [], onFault })
})
afterEach(() => {
  probes.stop()
  expect(onFault).not.toHaveBeenCalled()
})

test('pauses are counted and added up over each beat', async () => {
  probes.collect()
  for (let number = 0; number < 3; number++) collectGarbage()
  const gc = await vi.waitFor(() => {
    const figures = probes.collect().gc
    expect(figures?.count).toBeGreaterThanOrEqual(3)
    return figures
  })
  expect(probes.collect().gc).toEqual({ count: 0, totalMs: 0, maxMs: 0 })
  expect(gc?.maxMs).toBeGreaterThan(0)
  expect(gc?.totalMs).toBeGreaterThan(gc?.maxMs ?? Number.POSITIVE_INFINITY)
})

test('a span has the pauses that lie in it', async () => {
  const before = performance.now()
  await breathe(50)
  const from = performance.now()
  // Enough to mark for a pause of several ms.
  const kept = Array.from({ length: 400_000 }, (_, number) => ({ number }))
  collectGarbage()
  const to = performance.now()
  await vi.waitFor(() => expect(probes.window(from, to).gcMs).toBeGreaterThan(1))
  expect(probes.window(from, to).gcMs).toBeLessThanOrEqual(to - from)
  expect(probes.window(before, before + 1).gcMs).toBeLessThanOrEqual(1)
  expect(kept).toHaveLength(400_000)
})

test('after stop nothing is observed any more', async () => {
  probes.stop()
  probes.collect()
  collectGarbage()
  await breathe(50)
  expect(probes.collect().gc?.count).toBe(0)
})
