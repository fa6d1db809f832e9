// Each probe by itself, in a process of its own: what `collect()` holds the loop for, and what preparing it costs off the loop.
import { setTimeout as sleep } from 'node:timers/promises'
import { answering, cpuUs, hello } from '../shared/child.mjs'
import { fromModules } from '../shared/dist.mjs'
import { emptyCaches } from './cold.mjs'
import { Samples, timed } from './samples.mjs'
import { watchLoop } from './watch-loop.mjs'

const { watchCgroup } = await fromModules('core/probes/cgroup.js')
const { ROOTS } = await fromModules('core/probes/cgroup-paths.js')
const { cpuProbe } = await fromModules('core/probes/cpu.js')
const { memoryProbe } = await fromModules('core/probes/memory.js')
const { diskProbe } = await fromModules('core/probes/disk.js')
const { eventLoopProbe } = await fromModules('core/probes/event-loop.js')
const { gcProbe } = await fromModules('core/probes/gc.js')

const samples = new Samples()
const cgroup = watchCgroup(ROOTS)
const probes = {
  cpu: cpuProbe(cgroup),
  memory: memoryProbe(cgroup),
  disk: diskProbe(['/']),
  'event loop': eventLoopProbe(() => {}),
  gc: gcProbe(),
}
const collect = Object.entries(probes).map(([name, probe]) => timed(samples, `${name}: collect`, () => probe.collect()))

async function beat() {
  for (const one of collect) {
    await emptyCaches()
    one()
  }
  await emptyCaches()
  samples.add('cgroup: prepare', await watchLoop(() => cgroup.prepare()))
}

answering(async ({ beats }) => {
  await cgroup.prepare()
  await sleep(300)
  await beat()
  samples.clear()
  for (let count = 0; count < beats; count++) await beat()
  return { rows: samples.rows() }
})
hello({ cpuUs: cpuUs() })
