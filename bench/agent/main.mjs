// What the agent costs a machine: size of the binary, memory, and CPU while it reports the host and ten processes, beside node_exporter and
// Telegraf where they are installed. All run at the same time, so that all meet the same machine.
//
//   npm run bench:agent -- [--seconds 120] [--processes 10] [--json FILE]
//
// It takes Go. node_exporter is read every 10 s, as Prometheus would: without readers it measures nothing. `apt-get install
// prometheus-node-exporter` and a telegraf on the PATH add rows.
import { setTimeout as sleep } from 'node:timers/promises'
import { endAfter } from '../shared/limit.mjs'
import { readOptions } from '../shared/options.mjs'
import { conclude, print, progress, table, verdict } from '../shared/output.mjs'
import { startRedis } from '../shared/redis.mjs'
import { buildAgent, startAgent, startNodeExporter, startTelegraf } from './programs.mjs'
import { reading, startSleepers } from './watched.mjs'

/** Until the first reports are through, and the garbage of the start is collected. */
const SETTLE_MS = 25_000
const MIB = 2 ** 20

const options = readOptions({ seconds: 120, processes: 10 })
endAfter(15)
const { path, bytes } = buildAgent()
const redis = await startRedis()
const sleepers = startSleepers(options.processes)
const programs = []
try {
  for (const start of [startAgent, startNodeExporter, startTelegraf]) {
    const program = await start({ path, redis: redis.url })
    if (program) programs.push(program)
  }
  await sleep(SETTLE_MS)
  progress(`measuring ${programs.map(({ name }) => name).join(', ')} for ${options.seconds} s`)
  const before = programs.map(({ pid }) => reading(pid))
  await sleep(1_000 * options.seconds)
  const figures = programs.map(({ name, pid }, index) => ({ name, ...usage(before[index], reading(pid)) }))
  report(figures)
} finally {
  for (const { stop } of programs) stop()
  sleepers.stop()
  await redis.stop()
}

/** Bytes, and per cent of a core. */
function usage(before, after) {
  return { rss: after.rss, peak: after.peak, share: (100 * (after.cpuMs - before.cpuMs)) / (after.at - before.at) }
}

function report(figures) {
  const [agent] = figures
  const rows = figures.map(({ name, rss, peak, share }) => [
    name,
    rss / MIB,
    peak / MIB,
    share,
    rss / agent.rss,
    share / agent.share,
  ])
  print(`\nThe host and ${options.processes} processes, ${options.seconds} s`)
  print(table(['program', 'RSS, MiB', 'highest', '% of a core', 'RSS × agent', 'CPU × agent'], rows, 2))
  const verdicts = [
    verdict({ name: 'size of the binary', value: bytes / MIB, target: 15, unit: 'MiB' }),
    verdict({ name: 'memory of the agent', value: agent.rss / MIB, target: 20, unit: 'MiB' }),
    verdict({ name: 'CPU of the agent', value: agent.share, target: 0.2, unit: '% of a core' }),
  ]
  conclude({ options, verdicts, results: { bytes, figures } })
}
