// Whether a simulated node writes what a recorder writes: the commands and bytes that two Redis servers get from one of each.
import { setTimeout as sleep } from 'node:timers/promises'
import { print, progress, table, verdict } from '../shared/output.mjs'
import { start } from '../shared/process.mjs'
import { startRedis } from '../shared/redis.mjs'
import { clientOf } from '../shared/redis-figures.mjs'

/** Until both have connected and reported their first time, intervals. */
const SETTLE = 2
/** Commands that clients send of their own accord, and those that ask. */
const ASIDE = new Set(['info', 'ping', 'hello', 'select', 'client|setname', 'config|resetstat', 'command'])
const MOST = 1.1

export async function measureRecord({ quick, interval: seconds, routes, rate }) {
  const interval = 1_000 * seconds
  const plan = { nodes: 1, services: 1, queues: 10, interval, routes, rate, workers: 2, jobs: 0 }
  const [real, simulated, queues] = await Promise.all([startRedis(), startRedis(), startRedis()])
  const record = { redis: real.url, queuesAt: queues.url, plan }
  const children = [
    await start(new URL('record-process.mjs', import.meta.url), [], undefined, {
      env: { BENCH_RECORD: JSON.stringify(record) },
    }),
    await start(new URL('fleet-process.mjs', import.meta.url), []),
  ]
  try {
    for (const child of children) await child.ready
    await children[1].ask({ do: 'start', plan, part: 0, of: 1, target: { url: simulated.url } })
    await children[1].ask({ do: 'run' })
    await sleep(SETTLE * interval)
    const intervals = quick ? 3 : 18
    progress(`record: ${intervals} intervals`)
    const seen = await Promise.all([real, simulated].map(({ url }) => written(url, intervals * interval)))
    return report(seen, intervals)
  } finally {
    await Promise.all(children.map((child) => child.end()))
    await Promise.all([real, simulated, queues].map((server) => server.stop()))
  }
}

/** Calls by command, and bytes that came. */
async function written(url, ms) {
  const client = clientOf(url)
  try {
    await client.config('RESETSTAT')
    await sleep(ms)
    const info = await client.info('everything')
    const calls = new Map(
      [...info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name, count]) => [name, Number(count)]),
    )
    for (const name of ASIDE) calls.delete(name)
    return { calls, bytes: Number(/^total_net_input_bytes:(\d+)/m.exec(info)?.[1]) }
  } finally {
    client.disconnect()
  }
}

function report([real, simulated], intervals) {
  const names = [...new Set([...real.calls.keys(), ...simulated.calls.keys()])].sort()
  const rows = names.map((name) => [
    name,
    (real.calls.get(name) ?? 0) / intervals,
    (simulated.calls.get(name) ?? 0) / intervals,
  ])
  print('\nWhat a recorder and a simulated node write in an interval: calls of commands, and bytes')
  print(
    table(
      ['command', 'recorder', 'simulated'],
      [...rows, ['bytes', real.bytes / intervals, simulated.bytes / intervals]],
      2,
    ),
  )
  const value = Math.max(real.bytes / simulated.bytes, simulated.bytes / real.bytes)
  const name = 'bytes of a recorder and of a simulated node, the larger'
  const shape = ({ calls, bytes }) => ({ calls: Object.fromEntries(calls), bytes })
  return {
    ...{ intervals, real: shape(real), simulated: shape(simulated) },
    verdicts: [verdict({ name, value, target: MOST, unit: '× the smaller' })],
  }
}
