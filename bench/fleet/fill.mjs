// Fleets as their recorders write them, and other people's keys.

import { fromDist } from '../shared/dist.mjs'
import { clientOf } from '../shared/redis-figures.mjs'
import { beatOf, rollupOf, SERVICES } from './records.mjs'

const { redisStore } = await fromDist('stores/redis.js')

/** Written at a time. */
const BATCH = 200
const FOREIGN_CHUNK = 50_000

/** In the server itself: ten million keys by their own commands would take minutes. */
const FOREIGN_SCRIPT = `
for number = ARGV[1], ARGV[2] do redis.call('set', 'session:' .. number, 'user ' .. number) end
return redis.call('dbsize')`

/** Adds the nodes from a number up to another. */
export async function addNodes(redis, { from = 0, to, rollups }) {
  const store = redisStore({ redis })
  const hold = setInterval(() => {}, 1_000)
  try {
    for (let start = from; start < to; start += BATCH) {
      const numbers = Array.from({ length: Math.min(BATCH, to - start) }, (_, index) => start + index)
      await Promise.all(numbers.map((number) => write(store, number, rollups)))
    }
  } finally {
    clearInterval(hold)
    await store.close()
  }
}

async function write(store, number, rollups) {
  const now = Date.now()
  const heartbeat = beatOf(number, now)
  const records = Array.from({ length: rollups }, (_, index) => {
    const to = now - 10_000 * (rollups - 1 - index)
    return { type: 'rollup', record: rollupOf(heartbeat.id, to) }
  })
  const { error } = await store.write({ service: heartbeat.service, node: heartbeat.id, heartbeat, records })
  if (error) throw error
}

/** Adds foreign keys from a number up to another. */
export async function addForeign(redis, from, to) {
  const client = clientOf(redis)
  try {
    for (let start = from; start < to; start += FOREIGN_CHUNK) {
      await client.eval(FOREIGN_SCRIPT, 0, start, Math.min(to, start + FOREIGN_CHUNK) - 1)
    }
  } finally {
    client.disconnect()
  }
}

export { SERVICES }
