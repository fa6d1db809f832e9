// Fleets as their recorders write them, and other people's keys.

import { fromDist } from '../shared/dist.mjs'
import { clientOf } from '../shared/redis-figures.mjs'
import { beatOf, rollupOf, SERVICES } from './records.mjs'

const { redisStore } = await fromDist('stores/redis/index.js')
const { keysOf } = await fromDist('runtime/protocol.js')

/** Written at a time. */
const BATCH = 200
const FOREIGN_CHUNK = 50_000

/** In the server itself: ten million keys by their own commands would take minutes. */
const FOREIGN_SCRIPT = `
for number = ARGV[1], ARGV[2] do redis.call('set', 'session:' .. number, 'user ' .. number) end
return redis.call('dbsize')`

/** The score of so many members in a hundred rises by 1 ms, evenly spread over the index, others each time. */
const BEAT_SCRIPT = `
for place, member in ipairs(redis.call('zrange', KEYS[1], 0, -1)) do
  if (place + ARGV[2]) % 100 < tonumber(ARGV[1]) then redis.call('zincrby', KEYS[1], 1, member) end
end`
let beaten = 0

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

/** A share of the nodes has beaten, as far as the index says: then they are read again. */
export async function beatOnce(client, share) {
  const percent = Math.round(100 * share)
  await client.eval(BEAT_SCRIPT, 1, keysOf().nodeIndex, percent, beaten)
  beaten += percent
}

export { SERVICES }
