// An app with 50 routes that reports when it is told to, in a process of its own. The recorder's own steps are timed where the
// reporter calls them; besides, a loop that turns without a pause tells how long it did not.
import { setTimeout as sleep } from 'node:timers/promises'
import { answering, hello } from '../shared/child.mjs'
import { fromModules } from '../shared/dist.mjs'
import { emptyCaches } from './cold.mjs'
import { traffic } from './requests.mjs'
import { Samples, timed } from './samples.mjs'
import { watchLoop } from './watch-loop.mjs'

const ROUTES = 50
const AN_HOUR = 3_600_000

const { startRecorder } = await fromModules('core/process-recorder.js')
const { resolveOptions } = await fromModules('core/options/options.js')
const { redisStore } = await fromModules('stores/redis/index.js')

const samples = new Samples()
const store = redisStore({ redis: process.env.BENCH_REDIS })
const write = store.write
store.write = timed(samples, 'step: write', (batch) => write(batch))
const recorder = startRecorder(resolveOptions({ service: 'bench', interval: AN_HOUR, logger: false }, {}), store)
for (const step of ['look', 'collect']) {
  recorder[step] = timed(samples, `step: ${step}`, recorder[step].bind(recorder))
}
const request = traffic(recorder.requests, ROUTES)

/** The same watch over a loop with nothing to do, just as long, is what the machine itself does to a loop. */
async function beat(requests, prepare) {
  for (let count = 0; count < requests; count++) request()
  await prepare()
  samples.add('a beat', await watchLoop(() => recorder.flush()))
  await prepare()
  samples.add('nothing', await watchLoop(() => sleep(2)))
}

answering(async ({ beats, requests }) => {
  await recorder.flush()
  samples.clear()
  for (let count = 0; count < beats; count++) await beat(requests, emptyCaches)
  samples.prefix = 'warm: '
  for (let count = 0; count < beats; count++) await beat(requests, () => sleep(1))
  return { rows: samples.rows() }
})
hello()
