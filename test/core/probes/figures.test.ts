import { execFileSync } from 'node:child_process'
import os from 'node:os'
import { afterEach, expect, test, vi } from 'vitest'
import { type Probes, startProbes } from '../../../src/core/probes/index.js'
import { block, breathe, type FakeKernel, fakeKernel } from './support.js'

let probes: Probes
let kernel: FakeKernel
const onFault = vi.fn()
afterEach(async () => {
  probes.stop()
  onFault.mockClear()
  await kernel.end()
})

async function start(disks: readonly string[] = []): Promise<void> {
  kernel = await fakeKernel({})
  probes = startProbes({ disks, roots: kernel.roots, onFault })
}

test('the CPU of a busy process is a share of all cores, and unclamped in cores', async () => {
  await start()
  const before = process.cpuUsage()
  const { ms } = block(500)
  const { user, system } = process.cpuUsage(before)
  const { cpu } = probes.collect()
  expect(cpu.cores).toBe(os.availableParallelism())
  // The machine may be shared, so the truth is what the process itself was given.
  const cores = (user + system) / 1e3 / ms
  expect(cpu.processCores).toBeGreaterThan(cores * 0.7)
  expect(cpu.processCores).toBeLessThan(cores * 1.3 + 0.1)
  expect(cpu.process).toBeCloseTo(Math.min(100, ((cpu.processCores ?? 0) / (cpu.cores ?? 0)) * 100), 0)
  expect(cpu.system).toBeGreaterThan(0)
  expect(cpu.system).toBeLessThanOrEqual(100)
})

test('the CPU is that of the last beat, not since the start', async () => {
  await start()
  block(500)
  const busy = probes.collect().cpu.processCores ?? 0
  await breathe(500)
  expect(probes.collect().cpu.processCores).toBeLessThan(busy / 2)
})

test('load is three numbers where the system has it', async () => {
  await start()
  const { load } = probes.collect().cpu
  expect(load).toHaveLength(3)
  expect(Math.abs((load?.[2] ?? Number.NaN) - (os.loadavg()[2] ?? 0))).toBeLessThan(1)
})

test('memory is that of the machine and of the process, in bytes', async () => {
  await start()
  const { system, process: own } = probes.collect().memory
  expect(system.total).toBe(os.totalmem())
  expect((system.free ?? 0) + (system.used ?? 0)).toBe(system.total)
  expect(system.limit).toBeNull()
  const usage = process.memoryUsage()
  expect(own.rss).toBeGreaterThan(usage.rss / 2)
  expect(own.heapUsed).toBeLessThanOrEqual(own.heapTotal ?? 0)
  expect(own.heapTotal).toBeLessThanOrEqual(own.heapLimit ?? 0)
  expect(own.external).toBeGreaterThanOrEqual(own.arrayBuffers ?? Number.POSITIVE_INFINITY)
})

test('disks are as df tells, once they were read', async () => {
  await start(['/', os.tmpdir()])
  await probes.prepare()
  const disks = probes.collect().disk
  expect(disks?.map(({ mount }) => mount)).toEqual(['/', os.tmpdir()])
  const df = execFileSync('df', ['--output=size,avail,pcent', '-B1', '/']).toString().split('\n')[1]
  const [size = 0, avail = 0, used = 0] = df?.trim().split(/\s+/).map(Number.parseFloat) ?? []
  expect(disks?.[0]?.total).toBe(size)
  expect(Math.abs((disks?.[0]?.free ?? 0) - avail)).toBeLessThan(size / 100)
  expect(Math.abs((disks?.[0]?.usedPct ?? 0) - used)).toBeLessThan(2)
  expect(onFault).not.toHaveBeenCalled()
})

test('a path that is not there is named once and costs only its own figures', async () => {
  await start(['/not/there', '/'])
  await probes.prepare()
  await probes.prepare()
  const disks = probes.collect().disk
  expect(disks?.[0]).toEqual({ mount: '/not/there', total: null, free: null, usedPct: null })
  expect(disks?.[1]?.total).toBeGreaterThan(0)
  expect(onFault.mock.calls).toEqual([['disk', expect.objectContaining({ code: 'ENOENT' })]])
})

test('without disks to watch they are unknown, and so are all before they were read', async () => {
  await start()
  await probes.prepare()
  expect(probes.collect().disk).toBeNull()
  probes.stop()
  await kernel.end()
  await start(['/'])
  expect(probes.collect().disk).toEqual([{ mount: '/', total: null, free: null, usedPct: null }])
})

test('two recorders in a process do not take from each other', async () => {
  await start()
  const other = startProbes({ disks: [], roots: kernel.roots, onFault })
  block(400)
  const [mine, theirs] = [probes.collect(), other.collect()]
  other.stop()
  expect(mine.cpu.processCores).toBeGreaterThan(0)
  expect(theirs.cpu.processCores).toBeGreaterThan((mine.cpu.processCores ?? 0) / 2)
  expect(theirs.eventLoop?.utilization).toBeGreaterThan((mine.eventLoop?.utilization ?? 0) / 2)
  expect(theirs.eventLoop?.max).toBeGreaterThan(300)
})
