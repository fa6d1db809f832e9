// A process that does nothing, or nothing but report, or has nothing but one probe: node idle-process.mjs <variant>.
import { performance } from 'node:perf_hooks'
import { answering, cpuUs, hello } from '../shared/child.mjs'
import { fromDist, fromModules } from '../shared/dist.mjs'

const START = {
  async quasar() {
    const { startQuasar } = await fromDist('index.js')
    startQuasar({ service: 'bench', redis: process.env.BENCH_REDIS })
  },
  'its timer': async () => (await fromModules('core/probes/loop-drift.js')).watchLoopDrift(),
  'an empty timer of 200 ms': () => setInterval(() => {}, 200).unref(),
  'an empty timer of 500 ms': () => setInterval(() => {}, 500).unref(),
  'its GC observer': async () => (await fromModules('core/probes/gc.js')).gcProbe(),
}

// Held, or what it watches by would be collected.
globalThis.started = await START[process.argv[2]]?.()
answering(() => ({ cpuUs: cpuUs(), at: performance.now() }))
hello()
