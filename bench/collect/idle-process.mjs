// A process that does nothing, or nothing but report, or has nothing but one probe: node idle-process.mjs <variant>.
import { performance } from 'node:perf_hooks'
import { answering, cpuUs, hello } from '../shared/child.mjs'
import { fromDist } from '../shared/dist.mjs'

const START = {
  async quasar() {
    const { startQuasar } = await fromDist('index.js')
    startQuasar({ service: 'bench', redis: process.env.BENCH_REDIS })
  },
  'its delay histogram': async () => (await fromDist('core/probes/loop-delay.js')).loopDelayProbe(),
  'its drift timer': async () => (await fromDist('core/probes/loop-drift.js')).watchLoopDrift(),
  'an empty timer of 250 ms': () => setInterval(() => {}, 250).unref(),
  'its GC observer': async () => (await fromDist('core/probes/gc.js')).gcProbe(),
}

// Held, or what it watches by would be collected.
globalThis.started = await START[process.argv[2]]?.()
answering(() => ({ cpuUs: cpuUs(), at: performance.now() }))
hello()
