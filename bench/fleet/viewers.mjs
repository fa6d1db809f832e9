// Memory and CPU of a Zenith, what it asks of Redis, and what each viewer gets: of a fleet that says nothing, and of one that
// beats every ten seconds.
import { setTimeout as sleep } from 'node:timers/promises'
import { print, progress, table, verdict } from '../shared/output.mjs'
import { MEASURED_CORE, OTHER_CORE } from '../shared/pin.mjs'
import { start } from '../shared/process.mjs'
import { clientOf, figuresOf } from '../shared/redis-figures.mjs'
import { startBeating } from './beating.mjs'
import { addNodes } from './fill.mjs'

const MB = 1_048_576
/** How much more of Redis a thousand viewers may take than one: an interval falls into a span or it does not. */
const FLAT = 1.1
/** A keep-alive has 16 bytes and comes every 15 s; within HTTP's chunks it has a few more. */
const QUIET_BYTES_PER_SECOND = 2

export async function measureViewers({ viewers, shown, watch }, redis) {
  const rows = []
  for (const count of viewers.split(',').map(Number)) {
    rows.push(await measureCount({ count, redis, shown, watch }))
    progress(`viewers: ${count}`)
  }
  return report(rows, shown)
}

async function measureCount({ count, redis, shown, watch }) {
  const client = clientOf(redis)
  // What beat before would run out now, and that is news.
  await client.flushall()
  await addNodes(redis, { to: shown, rollups: 0 })
  const env = { BENCH_REDIS: redis }
  const zenith = await start(here('zenith-process.mjs'), [], MEASURED_CORE, { execArgv: ['--expose-gc'], env })
  const crowd = await start(here('viewer-process.mjs'), [], OTHER_CORE)
  try {
    const { port } = await zenith.ready
    await crowd.ready
    const empty = await zenith.ask({ do: 'memory' })
    await crowd.ask({ do: 'open', port, count })
    const quiet = await watched({ zenith, crowd, client, count, watch })
    const quietMemory = await zenith.ask({ do: 'memory' })
    const stopBeating = startBeating(redis, shown)
    try {
      // The first beats of nodes that were quiet are more than those that follow.
      await sleep(Math.min(5_000, 1_000 * watch))
      const busy = await watched({ zenith, crowd, client, count, watch })
      const memory = { quiet: added(empty, quietMemory), busy: added(empty, await zenith.ask({ do: 'memory' })) }
      return { count, quiet, busy, memory }
    } finally {
      await stopBeating()
    }
  } finally {
    crowd.end()
    zenith.end()
    client.disconnect()
  }
}

/** What a process has more than it had without a viewer. */
function added(before, after) {
  return { heap: after.heap - before.heap, rss: after.rss - before.rss }
}

function here(name) {
  return new URL(name, import.meta.url)
}

/** What Zenith, Redis and one viewer had within a span, per second or per update. */
async function watched({ zenith, crowd, client, count, watch }) {
  const take = () => Promise.all([zenith.ask({ do: 'cpu' }), crowd.ask({ do: 'seen' }), figuresOf(client)])
  const [zenithBefore, seenBefore, redisBefore] = await take()
  await sleep(1_000 * watch)
  const [zenithAfter, seenAfter, redisAfter] = await take()
  const seconds = (zenithAfter.at - zenithBefore.at) / 1_000
  const bytes = (seenAfter.bytes - seenBefore.bytes) / count
  const updates = (seenAfter.updates - seenBefore.updates) / count
  return {
    cpu: (zenithAfter.cpuUs - zenithBefore.cpuUs) / 1e4 / seconds,
    redisCommands: (redisAfter.commands - redisBefore.commands) / seconds,
    redisCpu: (redisAfter.cpuUs - redisBefore.cpuUs) / 1e4 / seconds,
    updates: updates / seconds,
    bytesPerSecond: bytes / seconds,
    bytesPerUpdate: updates > 0 ? bytes / updates : null,
    closed: seenAfter.closed,
  }
}

function report(rows, shown) {
  print(`\nZenith with ${shown} nodes, by how many look; bytes are those of one viewer`)
  const fleets = ['quiet', 'busy']
  const heads = [
    'viewers',
    'fleet',
    'CPU %',
    'heap MB',
    'RSS MB',
    'commands/s',
    'Redis CPU %',
    'updates/s',
    'bytes/s',
    'bytes/update',
  ]
  const lines = rows.flatMap((row) => fleets.map((fleet) => lineOf(row, fleet)))
  print(table(heads, lines))
  const [one] = rows
  const most = rows.at(-1)
  const commands = most.quiet.redisCommands / one.quiet.redisCommands
  const name = `commands to Redis with ${most.count} viewers`
  return {
    rows,
    verdicts: [
      verdict({ name, value: commands, target: FLAT, unit: `× with ${one.count}` }),
      verdict({
        name: 'what a viewer of a quiet fleet gets',
        value: Math.max(...rows.map(({ quiet }) => quiet.bytesPerSecond)),
        target: QUIET_BYTES_PER_SECOND,
        unit: 'bytes/s',
      }),
    ],
  }
}

function lineOf({ count, memory, ...fleets }, fleet) {
  const { cpu, redisCommands, redisCpu, updates, bytesPerSecond, bytesPerUpdate } = fleets[fleet]
  const used = [memory[fleet].heap, memory[fleet].rss]
  const figures = [redisCommands, redisCpu, updates, bytesPerSecond, bytesPerUpdate]
  return [count, fleet, cpu, ...used.map((bytes) => bytes / MB), ...figures]
}
