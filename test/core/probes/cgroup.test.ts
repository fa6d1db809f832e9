import { readdir, readlink } from 'node:fs/promises'
import os from 'node:os'
import { afterEach, expect, test, vi } from 'vitest'
import { type Probes, startProbes } from '../../../src/core/probes/index.js'
import { breathe, type FakeKernel, fakeKernel } from './support.js'

const MiB = 1024 * 1024
const NO_LIMIT_V1 = '9223372036854771712\n'
const V2_MOUNT = '31 23 0:28 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n'
const V1_MOUNTS = [
  '31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755',
  '32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct',
  '35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory',
  '',
].join('\n')

let kernel: FakeKernel
let probes: Probes
const onFault = vi.fn()

afterEach(async () => {
  probes.stop()
  await kernel.end()
  expect(onFault.mock.calls).toEqual([])
})

async function start(files: Record<string, string>): Promise<void> {
  kernel = await fakeKernel(files)
  probes = startProbes({ disks: [], roots: kernel.roots, onFault })
}

async function beat() {
  await probes.prepare()
  const { cpu, memory } = probes.collect()
  return { ...cpu, memory: memory.system }
}

const v2Stat = (usageMs: number, throttledMs: number) =>
  `usage_usec ${usageMs * 1e3}\nuser_usec 1\nnr_periods 9\nthrottled_usec ${throttledMs * 1e3}\n`

const V2_CONTAINER = {
  'proc/self/cgroup': '0::/\n',
  'proc/self/mountinfo': V2_MOUNT,
  'cgroup/cpu.max': '150000 100000\n',
  'cgroup/cpu.stat': v2Stat(1_000, 40),
  'cgroup/memory.max': `${64 * MiB}\n`,
  'cgroup/memory.current': `${40 * MiB}\n`,
  'cgroup/memory.stat': `anon 5\ninactive_file ${10 * MiB}\nactive_file 7\n`,
}

const V1_CONTAINER = {
  'proc/self/cgroup': '8:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n',
  'proc/self/mountinfo': V1_MOUNTS.replaceAll(' / /sys/fs/cgroup/', ' /docker/abc /sys/fs/cgroup/'),
  'cgroup/cpu,cpuacct/cpu.cfs_quota_us': '50000\n',
  'cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
  'cgroup/cpu,cpuacct/cpu.stat': 'nr_periods 9\nnr_throttled 1\nthrottled_time 5000000\n',
  'cgroup/cpu,cpuacct/cpuacct.usage': '7000000000\n',
  'cgroup/memory/memory.limit_in_bytes': `${32 * MiB}\n`,
  'cgroup/memory/memory.usage_in_bytes': `${20 * MiB}\n`,
  'cgroup/memory/memory.stat': `inactive_file 1\nhierarchical_memory_limit ${32 * MiB}\ntotal_inactive_file ${4 * MiB}\n`,
}

test('a container of version 2: the quota counts as cores, the limit as the memory that there is', async () => {
  await start(V2_CONTAINER)
  const { cores, memory } = await beat()
  expect(cores).toBe(1.5)
  expect(memory).toEqual({ total: 64 * MiB, limit: 64 * MiB, used: 30 * MiB, free: 34 * MiB })
})

const CPUS = os.cpus().length
const status = (list: string) => `Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t${list}\n`

test.each([
  ['a fraction above the processors', { 'cgroup/cpu.max': `${CPUS * 100_000 + 90_000} 100000\n` }, CPUS],
  [
    'many times the processors',
    { 'cgroup/cpu.max': `${CPUS * 1_000_000} 100000\n`, 'proc/self/status': status('0-255') },
    CPUS,
  ],
  [
    'above the one processor of the cpuset',
    { 'cgroup/cpu.max': '190000 100000\n', 'proc/self/status': status('1') },
    1,
  ],
  [
    'above the affinity',
    { 'cgroup/cpu.max': '195000 100000\n', 'proc/self/status': status('0,2-2') },
    Math.min(CPUS, 1.95),
  ],
  ['below it', { 'cgroup/cpu.max': '150000 100000\n', 'proc/self/status': status('0-1,3') }, 1.5],
  ['less than one', { 'cgroup/cpu.max': '29000 100000\n', 'proc/self/status': status('0-7') }, 0.29],
  ['garbage beside it', { 'cgroup/cpu.max': '150000 100000\n', 'proc/self/status': status('-') }, 1.5],
  ['0', { 'cgroup/cpu.max': '0 100000\n' }, os.availableParallelism()],
  ['max', { 'cgroup/cpu.max': 'max 100000\n' }, os.availableParallelism()],
  ['without a period', { 'cgroup/cpu.max': '150000 0\n' }, os.availableParallelism()],
])('usable cores with a quota of %s', async (_what, files, cores) => {
  await start({ ...V2_CONTAINER, ...files })
  expect((await beat()).cores).toBe(cores)
})

test('usable cores of version 1 with a quota above the processors', async () => {
  await start({ ...V1_CONTAINER, 'cgroup/cpu,cpuacct/cpu.cfs_quota_us': `${CPUS * 100_000 + 90_000}\n` })
  expect((await beat()).cores).toBe(CPUS)
})

test('CPU time and throttling are differences between beats, of the quota', async () => {
  await start(V2_CONTAINER)
  await probes.prepare()
  const after = performance.now()
  expect(probes.collect()).toMatchObject({ cpu: { throttled: 0, system: 0 } })
  await breathe(200)
  await kernel.write({ 'cgroup/cpu.stat': v2Stat(1_060, 52.5) })
  const before = performance.now()
  const { system, throttled } = await beat()
  expect(throttled).toBe(12.5)
  // 60 ms of 1.5 cores, over a span that is not shorter than this one.
  expect(system).toBeGreaterThan(0)
  expect(system).toBeLessThanOrEqual((60 / 1.5 / (before - after)) * 100)
  await kernel.write({ 'cgroup/cpu.stat': v2Stat(1e9, 52.5) })
  expect(await beat()).toMatchObject({ system: 100, throttled: 0 })
  await kernel.write({ 'cgroup/cpu.stat': v2Stat(5, 1) })
  expect(await beat()).toMatchObject({ system: null, throttled: null })
})

test('without a reading in between nothing is said about what the container did', async () => {
  await start(V2_CONTAINER)
  await beat()
  expect(probes.collect().cpu).toMatchObject({ cores: 1.5, system: null, throttled: null })
})

test('the throttling of a span goes from the beat before it to its end', async () => {
  await start(V2_CONTAINER)
  await beat()
  const from = performance.now()
  await breathe(30)
  await kernel.write({ 'cgroup/cpu.stat': v2Stat(1_100, 47) })
  expect(probes.window(from, performance.now()).cpuThrottledMs).toBe(7)
  const to = performance.now()
  await beat()
  await breathe(30)
  await kernel.write({ 'cgroup/cpu.stat': v2Stat(1_100, 90) })
  expect(probes.window(from, to).cpuThrottledMs).toBe(7)
  expect(probes.window(performance.now() - 1, performance.now()).cpuThrottledMs).toBe(43)
})

test('stop closes the file that tells of throttling', async () => {
  await start(V2_CONTAINER)
  const open = async () => {
    const links = await Promise.all(
      (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
    )
    return links.filter((link) => link.startsWith(kernel.roots.cgroup)).length
  }
  await beat()
  expect(await open()).toBe(1)
  probes.stop()
  probes.stop()
  await vi.waitFor(async () => expect(await open()).toBe(0))
})

test('nested groups of version 2: the smallest limit on the way up, with the usage that counts against it', async () => {
  await start({
    'proc/self/cgroup': '0::/apps.slice/shop.service\n',
    'proc/self/mountinfo': V2_MOUNT,
    'cgroup/apps.slice/shop.service/cpu.max': 'max 100000\n',
    'cgroup/apps.slice/shop.service/cpu.stat': v2Stat(5, 0),
    'cgroup/apps.slice/shop.service/memory.max': `${80 * MiB}\n`,
    'cgroup/apps.slice/shop.service/memory.current': `${1 * MiB}\n`,
    'cgroup/apps.slice/cpu.max': '75000 100000\n',
    'cgroup/apps.slice/cpu.stat': v2Stat(50, 9),
    'cgroup/apps.slice/memory.max': `${50 * MiB}\n`,
    'cgroup/apps.slice/memory.current': `${48 * MiB}\n`,
  })
  const { cores, memory } = await beat()
  expect(cores).toBe(0.75)
  expect(memory).toEqual({ total: 50 * MiB, limit: 50 * MiB, used: 48 * MiB, free: 2 * MiB })
  await kernel.write({ 'cgroup/apps.slice/cpu.stat': v2Stat(60, 19) })
  expect(await beat()).toMatchObject({ throttled: 10 })
})

test('a container of version 1', async () => {
  await start(V1_CONTAINER)
  const { cores, memory } = await beat()
  expect(cores).toBe(0.5)
  expect(memory).toEqual({ total: 32 * MiB, limit: 32 * MiB, used: 16 * MiB, free: 16 * MiB })
  await kernel.write({
    'cgroup/cpu,cpuacct/cpu.stat': 'throttled_time 6500000\n',
    'cgroup/cpu,cpuacct/cpuacct.usage': `${1e15}\n`,
  })
  expect(await beat()).toMatchObject({ throttled: 1.5, system: 100 })
})

test('version 1 without limits is the machine', async () => {
  await start({
    ...V1_CONTAINER,
    'cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
    'cgroup/memory/memory.limit_in_bytes': NO_LIMIT_V1,
    'cgroup/memory/memory.stat': `hierarchical_memory_limit ${NO_LIMIT_V1}`,
  })
  const { cores, memory } = await beat()
  expect(cores).toBe(os.availableParallelism())
  expect(memory).toMatchObject({ total: os.totalmem(), limit: null })
})

test('without limits no file is read again before a minute is over', async () => {
  await start({
    ...V1_CONTAINER,
    'cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
    'cgroup/memory/memory.limit_in_bytes': NO_LIMIT_V1,
    'cgroup/memory/memory.stat': '',
  })
  expect(await beat()).toMatchObject({ throttled: 0 })
  await kernel.remove('cgroup/cpu,cpuacct/cpu.stat')
  expect(await beat()).toMatchObject({ throttled: 0 })
})

test('version 1 tells of a limit around the groups that are seen', async () => {
  await start({
    ...V1_CONTAINER,
    'cgroup/memory/memory.limit_in_bytes': NO_LIMIT_V1,
    'cgroup/memory/memory.stat': `hierarchical_memory_limit ${24 * MiB}\ntotal_inactive_file 0\n`,
  })
  expect((await beat()).memory).toMatchObject({ limit: 24 * MiB, used: 20 * MiB })
})

test('a hybrid system: the controllers that version 1 has are asked there', async () => {
  await start({
    ...V1_CONTAINER,
    'proc/self/cgroup': '4:memory:/jobs\n0::/\n',
    'proc/self/mountinfo': `${V1_MOUNTS}41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n`,
    'cgroup/memory/jobs/memory.limit_in_bytes': `${16 * MiB}\n`,
    'cgroup/memory/jobs/memory.usage_in_bytes': `${3 * MiB}\n`,
    'cgroup/unified/memory.max': '1\n',
    'cgroup/unified/cpu.max': '25000 100000\n',
  })
  const { cores, memory } = await beat()
  expect(memory).toMatchObject({ limit: 16 * MiB, used: 3 * MiB })
  expect(cores).toBe(0.25)
})

test("a path that only the host sees leads to the container's own files", async () => {
  await start({ ...V2_CONTAINER, 'proc/self/cgroup': '0::/kubepods.slice/pod1/cri-1.scope\n' })
  expect(await beat()).toMatchObject({ cores: 1.5, memory: { limit: 64 * MiB, used: 30 * MiB } })
})

test('a path above the mount, and a mount of a group with a similar name', async () => {
  await start({ ...V2_CONTAINER, 'proc/self/cgroup': '0::/../other\n', 'other/cpu.max': '10000 100000' })
  expect(await beat()).toMatchObject({ cores: 1.5 })
  probes.stop()
  await kernel.end()
  await start({
    ...V2_CONTAINER,
    'proc/self/cgroup': '0::/docker/abcdef\n',
    'proc/self/mountinfo': V2_MOUNT.replace(' / ', ' /docker/abc '),
    'cgroup/def/cpu.max': '10000 100000',
  })
  expect(await beat()).toMatchObject({ cores: 1.5 })
})

test('a machine without control groups is nothing unusual', async () => {
  await start({})
  await beat()
  const { cores, throttled, memory } = await beat()
  expect(cores).toBe(os.availableParallelism())
  expect(throttled).toBeNull()
  expect(memory).toMatchObject({ total: os.totalmem(), limit: null })
  expect(probes.window(0, performance.now()).cpuThrottledMs).toBeNull()
})

test.each([
  '',
  '\n',
  'max',
  'nonsense',
  '-1',
  '0x10',
  'NaN NaN',
  '1e999',
  '0 0',
  '100000',
  '\0\xff',
  '{"a":1}',
  '::::',
  '1 - 2 - 3',
])('files that hold %j are as good as missing', async (text) => {
  const files = Object.keys({ ...V2_CONTAINER, ...V1_CONTAINER })
  await start(Object.fromEntries(files.map((path) => [path, text])))
  await beat()
  probes.stop()
  await kernel.end()
  await start({
    ...Object.fromEntries(Object.keys(V2_CONTAINER).map((path) => [path, text])),
    'proc/self/cgroup': '0::/\n',
    'proc/self/mountinfo': V2_MOUNT,
    'cgroup/memory.max': `${64 * MiB}`,
  })
  const { cores, system, throttled, memory } = await beat()
  expect({ cores, throttled }).toEqual({ cores: os.availableParallelism(), throttled: null })
  expect(system === null || (system >= 0 && system <= 100)).toBe(true)
  expect(memory).toMatchObject({ limit: 64 * MiB, used: text === '100000' ? 100_000 : null })
})

test('files that vanish are unknown, and found again when they are back', async () => {
  await start(V2_CONTAINER)
  await beat()
  await kernel.remove('cgroup/memory.current', 'cgroup/cpu.stat')
  expect(await beat()).toMatchObject({
    system: null,
    throttled: null,
    memory: { limit: 64 * MiB, total: 64 * MiB, used: null, free: null },
  })
  await kernel.write(V2_CONTAINER)
  await beat()
  expect(await beat()).toMatchObject({ throttled: 0, memory: { used: 30 * MiB, free: 34 * MiB } })
  await kernel.remove('cgroup')
  // Looked for anew by the beat after the one that misses them.
  await beat()
  expect(await beat()).toMatchObject({
    cores: os.availableParallelism(),
    memory: { limit: null, total: os.totalmem() },
  })
  await kernel.remove('proc')
  expect(await beat()).toMatchObject({ throttled: null })
})
