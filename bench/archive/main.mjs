// What an archive takes to write jobs, and to answer: SQLite, or the PostgreSQL of a URL, whose schema `quasar_bench` is dropped first.
//
//   npm run bench:archive -- [--jobs 1000000] [--days 1] [--batch 250] [--repeat 20] [--seconds 600] [--dir DIR | --postgres URL] [--words own] [--json FILE]
//
// Jobs have a payload of 189 bytes, which is masked and split into words as in Zenith; `--words own` leaves that out. Writing stops after the seconds, and what was written until then is searched. CPU is
// that of the archive's thread where Node tells it (`process.threadCpuUsage`, Node 23.9 and later), otherwise of the whole process.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fromModules } from '../shared/dist.mjs'
import { endAfter } from '../shared/limit.mjs'
import { readOptions } from '../shared/options.mjs'
import { conclude, print, progress, table, verdict } from '../shared/output.mjs'
import { median, quantile } from '../shared/stats.mjs'
import { chartOf } from './chart.mjs'
import { dropSchema } from './drop-schema.mjs'
import { searchByLike } from './like.mjs'
import { queriesOf } from './queries.mjs'
import { jobAt } from './samples.mjs'

const SCHEMA = 'quasar_bench'
const CPU_TARGET_US = 60
const LOOP_TARGET_MS = 5
const CHART_TARGET_MS = 250

const options = readOptions({
  jobs: 1_000_000,
  days: 1,
  batch: 250,
  repeat: 20,
  seconds: 600,
  dir: '',
  postgres: '',
  words: '',
})
endAfter(60)
const { threadedArchive } = await fromModules('archive/thread/threaded-archive.js')
const dir = options.dir || (await mkdtemp(join(tmpdir(), 'quasar-archive-')))
const archive = threadedArchive({
  workerUrl: new URL('./worker.mjs', import.meta.url),
  kind: options.postgres ? 'postgres' : 'sqlite',
  place: options.postgres || dir,
  workerData: options.postgres
    ? { url: options.postgres, schema: SCHEMA, words: options.words }
    : { dir, words: options.words },
})

try {
  if (options.postgres) await dropSchema(options.postgres, SCHEMA)
  await archive.open()
  const idle = await idleLoop()
  const written = await write()
  const status = await archive.status()
  const searched = await search(written.count)
  const chart = await chartOf(archive, options.repeat)
  const like = options.postgres ? [] : searchByLike(dir, `user7919@example.com`)
  print(
    table(
      ['written', 'value'],
      [
        ['jobs', written.count],
        ['jobs a second, alone', written.count / written.seconds],
        ['thread CPU, µs a job', status.cpuUs / written.count],
        ['making terms, µs a job', status.prepareUs / written.count],
        ['loop p99 while nothing happens, ms', idle],
        ['loop p99 while jobs are handed over, ms', written.loopP99],
        ['rows, bytes a job', status.bytes.jobs / written.count],
        ['texts and terms, bytes a job', status.bytes.payloads / written.count],
        ['total, MB', status.bytes.total / 1e6],
        ['90 days of 50 routes on 20 nodes, ms', chart.ms],
        ['a step of them, bytes', chart.bytes],
      ],
    ),
  )
  print(`\n${table(['asked', 'median ms', 'p95 ms', 'found'], [...searched, ...like], 2)}`)
  const verdicts = [
    verdict({ name: 'thread CPU of a job', value: status.cpuUs / written.count, target: CPU_TARGET_US, unit: 'µs' }),
    verdict({ name: 'loop delay, p99', value: written.loopP99 - idle, target: LOOP_TARGET_MS, unit: 'ms' }),
    verdict({ name: '90 days of 50 routes', value: chart.ms, target: CHART_TARGET_MS, unit: 'ms' }),
  ]
  conclude({ options, verdicts, results: { written, status, searched, chart, like } })
} finally {
  await archive.close()
  if (!options.dir) await rm(dir, { recursive: true, force: true })
}

async function idleLoop() {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  delay.disable()
  return delay.percentile(99) / 1e6
}

async function write() {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  let seconds = 0
  let count = 0
  while (count < options.jobs && seconds < options.seconds) {
    const jobs = []
    while (jobs.length < options.batch && count < options.jobs) jobs.push(jobAt(count++, options))
    // Making the jobs is the benchmark's own work.
    await new Promise((resolve) => setImmediate(resolve))
    const cursor = { stream: 'bench', expected: await archive.cursor('bench'), next: String(count) }
    const from = performance.now()
    delay.enable()
    await archive.write({ cursor, jobs })
    delay.disable()
    seconds += (performance.now() - from) / 1_000
    if (count % 50_000 === 0) progress(`${count} jobs, ${(count / seconds).toFixed(0)} a second`)
  }
  return { count, seconds, loopP99: delay.percentile(99) / 1e6 }
}

async function search(count) {
  const at = Math.floor(count / 2)
  const job = jobAt(at, options)
  const [{ payload }] = await archive.attempts(job.queue, job.id)
  const { email, token } = JSON.parse(payload.text)
  const sample = { ...job, email, token }
  const bounds = { first: jobAt(0, options).finishedAt, last: jobAt(count - 1, options).finishedAt }
  const rows = []
  for (const [name, ask] of queriesOf({ ...bounds, sample })) {
    const times = []
    let found
    for (let round = 0; round < options.repeat; round++) {
      const from = performance.now()
      found = await ask(archive)
      times.push(performance.now() - from)
    }
    rows.push([name, median(times), quantile(times, 0.95), found.items?.length ?? found.total ?? found.length ?? null])
    progress(`${name}: ${median(times).toFixed(2)} ms`)
  }
  return rows
}
