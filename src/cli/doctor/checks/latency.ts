import { performance } from 'node:perf_hooks'
import { type Check, hint, ok } from '../finding.js'

const ROUNDS = 15
/** From this latency on the page feels slow: each of its reads takes a few round trips, ms. */
const SLOW_MS = 50

/** How long an answer takes, as measured. */
export const latency: Check = {
  name: 'latency',
  async run({ ask }) {
    const first = await ask('ping')
    // A reporter's user may lack PING, but has TIME.
    const command = first.error?.code === 'NOPERM' ? 'time' : 'ping'
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now()
      const { error } = await ask(command)
      if (!error || error.code === 'NOPERM') times.push(performance.now() - start)
    }
    times.sort((a, b) => a - b)
    const median = times[Math.floor(times.length / 2)]
    const worst = times.at(-1)
    if (median === undefined || worst === undefined) return []
    const figures = `${times.length} × ${command.toUpperCase()}: median ${median.toFixed(1)} ms, worst ${worst.toFixed(1)} ms`
    if (median < SLOW_MS) {
      return [ok({ code: 'redis-latency', message: `${figures}. No request of your apps waits for Redis.` })]
    }
    return [
      hint({
        code: 'redis-slow',
        message: `${figures}. No request of your apps waits for Redis, but the page does.`,
        advice:
          'Run Zenith near Redis. If it is near already, check SLOWLOG GET and INFO commandstats for what keeps Redis busy.',
      }),
    ]
  },
}
