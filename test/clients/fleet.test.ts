import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { NodeView } from '../../src/api/nodes.js'
import type { Listing } from '../../src/api/part.js'
import type { ServiceDetail } from '../../src/api/services.js'
import { roundToFourDigits } from '../../src/lib/round.js'
import { keysOf, type Rollup, Sketch } from '../../src/protocol/index.js'
import { unpackText } from '../../src/redis/packed-text.js'
import { createZenith } from '../../src/runtime/create-zenith.js'
import { ensureBuilt } from '../support/pack.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { askApi } from '../zenith/support/api.js'

/** Command of each language's program, and how many jobs it records. */
interface Reporter {
  readonly jobs: number
  readonly command: string
  readonly args: readonly string[]
  /** What is missing here to run it; null for nothing. */
  readonly missing: string | null
}

const GO_FOLDER = resolve('test/clients/go-app')
const PYTHON = resolve('clients/python/.venv/bin/python')
const app = (name: string) => resolve('test/clients/apps', name)

const prints = (command: string, args: readonly string[], wanted: RegExp) =>
  wanted.test(spawnSync(command, args, { encoding: 'utf8' }).stdout ?? '')

const hasGo = prints('go', ['env', 'GOVERSION'], /go1\.(2[3-9]|[3-9]\d)/)
const hasPython = existsSync(PYTHON) && prints(PYTHON, ['-c', 'import redis; print("ready")'], /ready/)
const hasPhp = prints(
  'php',
  ['-r', 'echo PHP_VERSION_ID >= 80000 && extension_loaded("redis") ? "ready" : "";'],
  /ready/,
)

const reporters = (goProgram: string): Readonly<Record<string, Reporter>> => ({
  node: { jobs: 60, command: process.execPath, args: [app('node.mjs')], missing: null },
  go: { jobs: 25, command: goProgram, args: [], missing: hasGo ? null : 'Go 1.23 or newer' },
  python: {
    jobs: 10,
    command: PYTHON,
    args: [app('python.py')],
    missing: hasPython ? null : 'clients/python/.venv: run node scripts/languages.mjs python',
  },
  php: { jobs: 5, command: 'php', args: [app('php.php')], missing: hasPhp ? null : 'PHP 8 with phpredis' },
})

const missing = Object.values(reporters('')).flatMap((reporter) => reporter.missing ?? [])
if (missing.length > 0) {
  process.emitWarning(`A service in four languages is not tested, as these are missing: ${missing.join('; ')}.`)
}

describe.skipIf(missing.length > 0)('a service that reports in four languages', () => {
  let redis: TestRedis
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quasar-fleet-'))
    const built = spawnSync('go', ['build', '-o', join(folder, 'fleet'), '.'], { cwd: GO_FOLDER, encoding: 'utf8' })
    expect(built.stderr).toBe('')
    await ensureBuilt()
    redis = await startRedis()
  })
  afterAll(async () => {
    await redis?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  /** Resolves when Redis has the report of all its jobs; the program runs on until the test ends. */
  async function report({ command, args }: Reporter): Promise<void> {
    const env = { PATH: process.env.PATH, PYTHONPATH: resolve('clients/python'), QUASAR_REDIS_URL: redis.url }
    const child = spawn(command, args, { env, cwd: folder, stdio: 'pipe' })
    const closed = once(child, 'close')
    onTestFinished(async () => {
      child.stdin.end()
      await closed
    })
    let output = ''
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const printed = once(child.stdout, 'data').then(String)
    const text = await Promise.race([printed, closed.then(() => 'it ended')])
    expect(text + output).toBe('reported\n')
  }

  /** The sketches of the job in all rollups of Redis, merged. */
  async function merged(): Promise<Sketch> {
    const entries = await redis.client().xrange(keysOf().rollup('fleet'), '-', '+')
    const all = new Sketch()
    for (const [, [field = '', value]] of entries) {
      const rollup = JSON.parse(unpackText({ [field]: value }, 1_000_000) ?? '') as Rollup
      for (const job of rollup.jobs) {
        expect(job.key).toBe('import')
        expect(all.mergeText(job.sketch)).toBe(true)
      }
    }
    return all
  }

  it('has the percentiles of all durations, and a node of each language', async () => {
    const all = reporters(join(folder, 'fleet'))
    await Promise.all(Object.values(all).map(report))
    const durations = await merged()
    expect(durations.count).toBe(100)

    const zenith = createZenith({ redis: redis.url, auth: () => 'viewer', logger: false })
    onTestFinished(() => zenith.close())
    const { body } = await askApi<ServiceDetail>(zenith, '/api/services/fleet?period=5m')
    const quantile = (share: number) => roundToFourDigits(durations.quantile(share) ?? Number.NaN)
    expect(body.jobSeries).toMatchObject([
      { key: 'import', queue: null, count: 100, p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) },
    ])
    const nodes = await askApi<Listing<NodeView>>(zenith, '/api/nodes?service=fleet')
    const live = nodes.body.items.filter((node) => node.state === 'live')
    expect(live.map((node) => node.heartbeat?.language).sort()).toEqual(Object.keys(all).sort())
  })
})
