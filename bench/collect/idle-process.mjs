// A process that does nothing, or nothing but report: node idle-process.mjs <bare|again|quasar>.
import { performance } from 'node:perf_hooks'
import { answering, cpuUs, hello } from '../shared/child.mjs'
import { fromDist } from '../shared/dist.mjs'

if (process.argv[2] === 'quasar') {
  const { startQuasar } = await fromDist('index.js')
  startQuasar({ service: 'bench', redis: process.env.BENCH_REDIS })
}
answering(() => ({ cpuUs: cpuUs(), at: performance.now() }))
hello()
