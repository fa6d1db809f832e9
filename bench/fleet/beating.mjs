// A fleet that beats every ten seconds, spread evenly over them.
import { fromDist } from '../shared/dist.mjs'
import { beatOf, rollupOf } from './records.mjs'

const { redisStore } = await fromDist('stores/redis/index.js')

const INTERVAL_MS = 10_000

/** @returns ends it */
export function startBeating(redis, nodes) {
  const store = redisStore({ redis })
  let next = 0
  const beat = () => {
    const number = next++ % nodes
    const now = Date.now()
    const heartbeat = beatOf(number, now, INTERVAL_MS)
    const records = [{ type: 'rollup', record: rollupOf(heartbeat.id, now) }]
    void store.write({ service: heartbeat.service, node: heartbeat.id, heartbeat, records })
  }
  const timer = setInterval(beat, INTERVAL_MS / nodes)
  return async () => {
    clearInterval(timer)
    await store.close()
  }
}
