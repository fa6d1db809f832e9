// What one node sends to Redis in an interval, by how many routes it has.
import { print, progress, table, verdict } from '../shared/output.mjs'
import { MEASURED_CORE, OTHER_CORE } from '../shared/pin.mjs'
import { start } from '../shared/process.mjs'
import { startRedis } from '../shared/redis.mjs'
import { clientOf, costOf } from '../shared/redis-figures.mjs'
import { median } from '../shared/stats.mjs'

const ROUTES = [1, 50, 500]
const TARGET_ROUTES = 50
/** Bytes. */
const TARGET = 4_096

export async function measureTraffic({ intervals, interval, rate }) {
  const nodes = await Promise.all(ROUTES.map((routes) => measureNode(routes, { intervals, interval, rate })))
  progress('traffic: done')
  print(`\nBytes to Redis in an interval of ${interval} s, ${rate} requests a second over all routes`)
  print('The first beat also tidies up; each minute is written once more for the last hour.')
  const heads = ['routes', 'a beat', 'with the minute', 'mean', 'commands', 'reads of Redis']
  print(table(heads, nodes.map(rowOf), 0))
  const { beat, mean } = nodes.find(({ routes }) => routes === TARGET_ROUTES)
  const verdicts = [
    verdict({ name: `a beat with ${TARGET_ROUTES} routes`, value: beat, target: TARGET, unit: 'bytes', digits: 0 }),
    verdict({ name: `the same, minutes and all`, value: mean, target: TARGET, unit: 'bytes', digits: 0 }),
  ]
  return { nodes, verdicts }
}

function rowOf({ routes, beat, minute, mean, commands, reads }) {
  return [routes, beat, minute, mean, commands, reads]
}

/** A server for each, because its figures are those of all its clients. */
async function measureNode(routes, { intervals, interval, rate }) {
  const redis = await startRedis({ core: OTHER_CORE })
  const client = clientOf(redis.url)
  const node = await start(new URL('traffic-process.mjs', import.meta.url), [String(routes)], MEASURED_CORE, {
    env: { BENCH_REDIS: redis.url },
  })
  try {
    await node.ready
    const beats = []
    for (let count = 0; count < intervals; count++) {
      await node.ask({ do: 'live', seconds: interval, rate })
      const { bytesIn, commands, reads, result } = await costOf(client, () => node.ask({ do: 'flush' }))
      if (result.problem) throw new Error(result.problem)
      beats.push({ bytesIn, commands, reads, hasMinute: (await client.xlen('gravito:quasar:history:bench')) > 0 })
      await client.del('gravito:quasar:history:bench')
    }
    return { routes, beats, ...summaryOf(beats.slice(1)) }
  } finally {
    node.end()
    client.disconnect()
    await redis.stop()
  }
}

function summaryOf(beats) {
  const plain = beats.filter(({ hasMinute }) => !hasMinute)
  const minutes = beats.filter(({ hasMinute }) => hasMinute)
  return {
    beat: median(plain.map(({ bytesIn }) => bytesIn)),
    minute: median(minutes.map(({ bytesIn }) => bytesIn)),
    mean: beats.reduce((sum, { bytesIn }) => sum + bytesIn, 0) / beats.length,
    commands: median(plain.map(({ commands }) => commands)),
    reads: median(plain.map(({ reads }) => reads)),
  }
}
