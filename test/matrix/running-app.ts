import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { folderOf } from '../support/installed.js'
import { DENO_FLAGS } from '../support/runtimes.js'
import type { App, Runtime } from './cells.js'
import { prepare, type VersionSet } from './sets.js'

/** What an app is started with. */
export interface Setup {
  readonly service: string
  /** A URL, ioredis options, or the masters of a Cluster. */
  readonly redis: string | object
  /** Where its queues are. */
  readonly redisPort?: number
  readonly sqs?: { readonly endpoint: string; readonly region: string }
}

/** What it says of itself. */
interface Ready {
  readonly port: number | null
  readonly runtime: string
  readonly versions: Readonly<Record<string, string>>
}

export interface RunningApp extends Ready {
  readonly pid: number
  output(): string
  /** Ends it as users do; resolves to its exit code. */
  end(): Promise<number | null>
  kill(): void
}

/** How long an app may take to start, ms; a loaded machine needs its time. */
const START_MS = 60_000

const prepared = new Map<VersionSet, Promise<void>>()

/** Starts an app of `apps` where the packages of a set are, in a process of that runtime. */
export async function startApp(runtime: Runtime, set: VersionSet, app: App, setup: Setup): Promise<RunningApp> {
  // Once a test file: what it tests must not change on the way.
  if (!prepared.has(set)) prepared.set(set, prepare(set))
  await prepared.get(set)
  const flags = runtime.language === 'deno' ? DENO_FLAGS : []
  const child = spawn(runtime.path, [...flags, join('node_modules/.apps', app.file), ...app.args], {
    cwd: folderOf(set),
    env: {
      ...process.env,
      NODE_ENV: 'test',
      REDIS_URL: '',
      QUASAR_REDIS_URL: '',
      // The newest client of AWS works on Node 20 and warns of it; a warning fails a cell.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      MATRIX_SETUP: JSON.stringify(setup),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const ended = once(child, 'close') as Promise<[number | null]>
  return {
    ...(await readyLine(child, () => output)),
    pid: child.pid ?? 0,
    output: () => output,
    async end() {
      child.kill('SIGTERM')
      return (await ended)[0]
    },
    kill: () => void child.kill('SIGKILL'),
  }
}

function readyLine(child: ChildProcess & { stdout: NodeJS.ReadableStream }, output: () => string): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      child.kill('SIGKILL')
      reject(new Error(`The app ${why}: ${output()}`))
    }
    const limit = setTimeout(() => fail(`was not ready after ${START_MS} ms`), START_MS)
    child.once('exit', (code) => fail(`ended with code ${code}`))
    createInterface(child.stdout).on('line', (line) => {
      if (!line.startsWith('{"port"')) return
      clearTimeout(limit)
      child.removeAllListeners('exit')
      resolve(JSON.parse(line) as Ready)
    })
  })
}
