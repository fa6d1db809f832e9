// Reads all nodes under callgrind.
import { hello } from '../shared/child.mjs'
import { fromDist } from '../shared/dist.mjs'
import { counting } from './child.mjs'

const { redisStore } = await fromDist('stores/redis/index.js')
// Reporters without an index are looked for once in a while, and not in a refresh that is measured.
const store = redisStore({ redis: process.env.QUASAR_REDIS_URL, scanEvery: Number.MAX_SAFE_INTEGER })

async function work({ isAsked }) {
  return isAsked ? { nodes: (await store.nodes()).nodes.length } : {}
}

counting({ work })
hello({ pid: process.pid })
