// What reporting costs the process that does it: one heartbeat, by step and by probe; a process that does nothing else; and
// what goes to Redis.
//
//   npm run bench:collect -- [--beats 500] [--idle 180] [--intervals 7] [--interval 10] [--rate 100] [--json FILE]
//
// `--idle` and `--interval` are seconds, `--rate` is requests a second over all routes. The parts run one after the other.

import { endAfter } from '../shared/limit.mjs'
import { readOptions } from '../shared/options.mjs'
import { conclude } from '../shared/output.mjs'
import { OTHER_CORE } from '../shared/pin.mjs'
import { startRedis } from '../shared/redis.mjs'
import { measureBeats } from './beats.mjs'
import { measureIdle } from './idle.mjs'
import { measureTraffic } from './traffic.mjs'

const options = readOptions({ beats: 500, idle: 180, intervals: 7, interval: 10, rate: 100 })
endAfter(30)
const redis = await startRedis({ core: OTHER_CORE })
try {
  const results = {
    beats: await measureBeats(options, redis.url),
    idle: await measureIdle(options, redis.url),
    traffic: await measureTraffic(options),
  }
  conclude({ options, verdicts: Object.values(results).flatMap(({ verdicts }) => verdicts), results })
} finally {
  await redis.stop()
}
