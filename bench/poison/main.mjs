// What a Zenith with 1 GB of heap does with whatever somebody put into its Redis: one flood after the other, and all of them.
//
//   npm run bench:poison -- [--kinds 'nodes,deep JSON'] [--scale 1] [--polls 4] [--json FILE]
//
// `--scale 0.1` makes each flood a tenth of its size. The whole takes some minutes, and Redis two GB of memory.
import { Redis } from 'ioredis'
import { endAfter } from '../shared/limit.mjs'
import { readOptions } from '../shared/options.mjs'
import { conclude, print, progress, table, verdict } from '../shared/output.mjs'
import { start } from '../shared/process.mjs'
import { startRedis } from '../shared/redis.mjs'
import { fillHealthy, HEALTHY, KINDS } from './kinds.mjs'

const HEAP_MB = 1_024
const MAX_OVERVIEW = 2_000_000

const options = readOptions({ kinds: Object.keys(KINDS).join(','), scale: 1, polls: 4 })
endAfter(30)
const server = await startRedis()
const client = new Redis(server.url)
const results = {}
try {
  for (const kind of options.kinds.split(',')) {
    progress(kind)
    await client.flushall()
    await KINDS[kind].fill(client, Math.max(1, Math.round(KINDS[kind].size * options.scale)))
    await fillHealthy(client)
    results[kind] = await measure()
  }
} finally {
  client.disconnect()
  await server.stop()
}
const rows = Object.entries(results).map(([kind, result]) => {
  if (result.error) return [kind, result.error]
  const { heap, bytes, block, leftOut, health } = result
  return [kind, heap / 1e6, bytes / 1e6, block, health, JSON.stringify(leftOut ?? {})]
})
print(table(['Content', 'Heap, MB', 'Overview, MB', 'Longest block, ms', 'Health', 'Left out'], rows))
conclude({ options, verdicts: verdictsOf(results), results })

async function measure() {
  const zenith = await start(new URL('zenith-process.mjs', import.meta.url), [], undefined, {
    execArgv: [`--max-old-space-size=${HEAP_MB}`],
    env: { BENCH_REDIS: server.url },
  })
  try {
    await zenith.ready
    return await zenith.ask({ polls: options.polls })
  } catch (error) {
    return { error: String(error?.message ?? error) }
  } finally {
    zenith.end()
  }
}

function verdictsOf(all) {
  return Object.entries(all).flatMap(([kind, { error, bytes, isHealthyShown }]) => [
    verdict({ name: `${kind}: lives`, value: error ? 0 : 1, target: 1, unit: '', isFloor: true }),
    verdict({ name: `${kind}: overview`, value: bytes ?? 0, target: MAX_OVERVIEW, unit: 'bytes', digits: 0 }),
    verdict({ name: `${kind}: shows ${HEALTHY}`, value: isHealthyShown ? 1 : 0, target: 1, unit: '', isFloor: true }),
  ])
}
