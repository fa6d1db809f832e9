import { afterEach, expect, test, vi } from 'vitest'
import { type ProbeFactories, type Probes, startProbesFrom } from '../../../src/core/probes/index.js'
import { block, breathe, type FakeKernel, fakeKernel } from './support.js'

let probes: Probes
let kernel: FakeKernel
const onFault = vi.fn()
afterEach(async () => {
  probes.stop()
  await kernel.end()
  onFault.mockReset()
})

async function start(factories: Partial<ProbeFactories>): Promise<void> {
  kernel = await fakeKernel({})
  probes = startProbesFrom(factories, { disks: ['/'], roots: kernel.roots, onFault })
}

const fail = (): never => {
  throw new Error('broken')
}
const nothing = {
  cpu: { system: null, process: null, processCores: null, cores: null, load: null, throttled: null },
  memory: {
    system: { total: null, free: null, used: null, limit: null },
    process: { rss: null, heapUsed: null, heapTotal: null, heapLimit: null, external: null, arrayBuffers: null },
  },
  disk: null,
  eventLoop: null,
  gc: null,
}
const groups = ['cpu', 'memory', 'disk', 'eventLoop', 'gc'] as const
const title = { cpu: 'cpu', memory: 'memory', disk: 'disk', eventLoop: 'event loop', gc: 'gc' }

async function twoBeats() {
  await probes.prepare()
  probes.collect()
  await probes.prepare()
  return probes.collect()
}

test.each(groups)(
  '%s: one that cannot be made is named once, its figures are unknown, the others go on',
  async (group) => {
    await start({ [group]: fail })
    const figures = await twoBeats()
    for (const other of groups) {
      if (other === group) expect(figures[other]).toEqual(nothing[other])
      else expect(figures[other]).not.toEqual(nothing[other])
    }
    expect(onFault.mock.calls).toEqual([[title[group], new Error('broken')]])
  },
)

test.each(groups)('%s: so is one that throws when it is asked, and one that throws no error', async (group) => {
  const broken = {
    collect: fail,
    blockedMs: fail,
    pausedMs: fail,
    prepare: () => Promise.reject('refused'),
    stop: fail,
  }
  await start({ [group]: () => broken })
  expect((await twoBeats())[group]).toEqual(nothing[group])
  probes.window(0, 1)
  probes.stop()
  expect(onFault.mock.calls).toEqual([[title[group], new Error('refused')]])
})

test('one that fails for a while comes back', async () => {
  const collect = vi.fn<() => null>(fail)
  await start({ disk: () => ({ collect }) })
  probes.collect()
  collect.mockImplementation(() => null)
  probes.collect()
  collect.mockImplementation(fail)
  probes.collect()
  expect(collect).toHaveBeenCalledTimes(3)
  expect(onFault).toHaveBeenCalledTimes(1)
})

test('without control groups the rest is there', async () => {
  await start({ cgroup: fail })
  const figures = await twoBeats()
  expect(figures.cpu.cores).toBeGreaterThan(0)
  expect(figures.memory.system.total).toBeGreaterThan(0)
  expect(probes.window(0, 1).cpuThrottledMs).toBeNull()
  expect(onFault.mock.calls).toEqual([['cgroup', new Error('broken')]])
})

test('a window tells what it can', async () => {
  await start({ gc: fail })
  await breathe(300)
  const span = block(300)
  const window = probes.window(span.from, span.to)
  expect(window.loopBlockedMs).toBeGreaterThan(200)
  expect(window).toMatchObject({ gcMs: null, cpuThrottledMs: null })
})

test('what the runtime lacks is unknown and no fault', async () => {
  await start({ gc: () => null, disk: () => null })
  expect(await twoBeats()).toMatchObject({ gc: null, disk: null })
  expect(onFault).not.toHaveBeenCalled()
})

test('whoever is told may throw', async () => {
  onFault.mockImplementation(fail)
  await start({ cpu: fail, disk: () => ({ collect: fail, prepare: () => Promise.reject(new Error('refused')) }) })
  expect(await twoBeats()).toMatchObject({ cpu: nothing.cpu, disk: null })
  expect(onFault).toHaveBeenCalledTimes(2)
})

test('one that hangs holds neither the beat nor the others, and is not started again', async () => {
  const prepare = vi.fn(() => new Promise<void>(() => {}))
  await start({ disk: () => ({ collect: () => null, prepare }) })
  const figures = await twoBeats()
  expect(prepare).toHaveBeenCalledTimes(1)
  expect(figures.cpu.cores).toBeGreaterThan(0)
})
