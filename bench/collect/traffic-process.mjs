// A node with so many routes that reports when it is told to: node traffic-process.mjs <routes>.
import { setTimeout as sleep } from 'node:timers/promises'
import { answering, hello } from '../shared/child.mjs'
import { fromModules } from '../shared/dist.mjs'
import { traffic } from './requests.mjs'

const AN_HOUR = 3_600_000
const STEPS = 10

const { leaseRecorder } = await fromModules('runtime/start-quasar.js')
const options = { service: 'bench', redis: process.env.BENCH_REDIS, interval: AN_HOUR, logger: false }
const { recorder } = leaseRecorder(options, 'express 5')
const request = traffic(recorder.requests, Number(process.argv[2]))

async function live(seconds, rate) {
  for (let step = 0; step < STEPS; step++) {
    for (let count = 0; count < (seconds * rate) / STEPS; count++) request()
    await sleep((1_000 * seconds) / STEPS)
  }
}

async function flush() {
  await recorder.flush()
  return { problem: recorder.status().error }
}

// The first report comes by itself, a moment after the start.
await sleep(1_500)
answering((question) => (question.do === 'live' ? live(question.seconds, question.rate) : flush()))
hello()
