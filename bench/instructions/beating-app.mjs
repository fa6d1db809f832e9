// An app with 50 routes that reports when it is told to, under callgrind: a dump before and after each step of a beat.
import { memoryUsage } from 'node:process'
import { traffic } from '../collect/requests.mjs'
import { hello } from '../shared/child.mjs'
import { fromModules } from '../shared/dist.mjs'
import { counter, counting } from './child.mjs'

const ROUTES = 50
const AN_HOUR = 3_600_000

const { startRecorder } = await fromModules('core/process-recorder.js')
const { resolveOptions } = await fromModules('core/options/options.js')
const { redisStore } = await fromModules('stores/redis/index.js')

/** Of the beat that is counted; null while none is. */
let block = null
const store = redisStore({ redis: process.env.QUASAR_REDIS_URL })
const recorder = startRecorder(resolveOptions({ service: 'bench', interval: AN_HOUR, logger: false }, {}), store)
for (const step of ['look', 'collect']) recorder[step] = counted(step, recorder[step].bind(recorder))
store.write = counted('write', store.write)
const request = traffic(recorder.requests, ROUTES)

/** What it does in this turn; what it waits for is in the rest. */
function counted(step, run) {
  return (...args) => {
    if (block === null) return run(...args)
    counter.dump(`block-rest${block}`)
    const result = run(...args)
    counter.dump(`block-${step}${block}`)
    return result
  }
}

async function beats({ count, requests }) {
  for (let beat = 0; beat < count; beat++) {
    for (let sent = 0; sent < requests; sent++) request()
    await recorder.flush()
  }
}

async function beat({ block: number, requests }) {
  for (let sent = 0; sent < requests; sent++) request()
  const before = memoryUsage().heapUsed
  counter.dump('discarded')
  block = number
  await recorder.flush()
  counter.dump(`block-rest${number}`)
  block = null
  return { bytes: memoryUsage().heapUsed - before }
}

counting({ beats, beat })
hello({ pid: process.pid })
