// Reads all nodes under callgrind.
import { hello } from '../shared/child.mjs'
import { fromDist } from '../shared/dist.mjs'
import { counting } from './child.mjs'
import { watchTime } from './freeze.mjs'

watchTime()

const { redisStore } = await fromDist('stores/redis/index.js')
// Reporters without an index are looked for once in a while, and not in a refresh that is measured.
const store = redisStore({ redis: process.env.QUASAR_REDIS_URL, scanEvery: Number.MAX_SAFE_INTEGER })

async function work({ isAsked }) {
  return isAsked ? { nodes: (await store.nodes()).nodes.length } : {}
}

const ATTEMPTS = 10

/** It may take longer than the store waits, which goes on in the background. */
async function connect() {
  for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
    const isConnected = await store.nodes().then(
      () => true,
      () => false,
    )
    if (isConnected) return
  }
  await store.nodes()
}

counting({ work, connect })
hello({ pid: process.pid })
