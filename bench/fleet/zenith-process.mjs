// A Zenith in a process of its own, run with --expose-gc. Tells its port, its CPU and its memory.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { performance } from 'node:perf_hooks'
import { answering, cpuUs, hello } from '../shared/child.mjs'
import { fromDist } from '../shared/dist.mjs'
import { settledMemory } from '../shared/memory.mjs'

const { createZenith, toNodeHandler } = await fromDist('runtime/create-zenith.js')

const zenith = createZenith({ redis: process.env.BENCH_REDIS, auth: () => true, logger: false })
const server = createServer(toNodeHandler(zenith)).listen(0, '127.0.0.1', 2_000)
await once(server, 'listening')
answering((question) => {
  return question.do === 'memory' ? settledMemory() : { cpuUs: cpuUs(), at: performance.now() }
})
hello({ port: server.address().port })
