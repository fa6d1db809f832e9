// One heartbeat: how long it holds the loop, and its CPU, in whole, by step and by probe.
import { print, progress, table, verdict } from '../shared/output.mjs'
import { MEASURED_CORE } from '../shared/pin.mjs'
import { start } from '../shared/process.mjs'
import { quantile } from '../shared/stats.mjs'

/** ms a beat may hold the loop, µs of CPU its write may take, µs that the machine may hold a loop by itself. */
const BLOCKED_MS = 0.5
const WRITE_CPU_US = 100
const NOISE_MS = 0.25

export async function measureBeats({ beats, rate, interval }, redis) {
  const env = { BENCH_REDIS: redis }
  const beat = await run('beat-process.mjs', { beats, requests: rate * interval }, env)
  progress('beats: done')
  const probes = await run('probe-process.mjs', { beats }, env)
  progress('probes: done')

  print(`\n${beats} heartbeats of an app with 50 routes, caches emptied before each; and as many warm ones`)
  print(table(['held the loop', 'p50 ms', 'p99 ms', 'CPU p50 µs'], beat.rows.map(rowOf(1)), 3))
  print(`\nProbes, caches emptied before each`)
  print(table(['probe', 'p50 µs', 'p99 µs', 'CPU p50 µs'], probes.rows.map(rowOf(1_000)), 1))
  return { ...beat, probes: probes.rows.map(summary), rows: beat.rows.map(summary), verdicts: verdictsOf(beat) }
}

async function run(script, question, env) {
  const child = await start(new URL(script, import.meta.url), [], MEASURED_CORE, { env })
  try {
    await child.ready
    return await child.ask(question)
  } finally {
    child.end()
  }
}

/** @param scale of what is shown, to ms */
function rowOf(scale) {
  return ({ name, ms, cpuUs }) => [name, scale * quantile(ms, 0.5), scale * quantile(ms, 0.99), quantile(cpuUs, 0.5)]
}

function summary({ name, ms, cpuUs }) {
  return { name, p50: quantile(ms, 0.5), p99: quantile(ms, 0.99), cpuUs: quantile(cpuUs, 0.5) }
}

function verdictsOf({ rows }) {
  return ['', 'warm: '].flatMap((prefix) => {
    const of = (name) => rows.find((row) => row.name === prefix + name)
    const noise = quantile(of('nothing').ms, 0.99)
    const voidBecause = noise > NOISE_MS ? `a loop with nothing to do is held for ${noise.toFixed(3)} ms at p99` : null
    const value = quantile(of('a beat').ms, 0.99)
    const write = quantile(of('step: write').cpuUs, 0.5)
    return [
      verdict({ name: `${prefix}loop held by a heartbeat, p99`, value, target: BLOCKED_MS, unit: 'ms', voidBecause }),
      verdict({
        name: `${prefix}CPU of the write to Redis, p50`,
        value: write,
        target: WRITE_CPU_US,
        unit: 'µs',
        digits: 1,
      }),
    ]
  })
}
