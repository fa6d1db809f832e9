import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RecorderStatus } from '../../../src/core/recorder.js'
import { asker } from '../../support/asker.js'
import { ensureBuilt } from '../../support/pack.js'

export const FRAMEWORKS = ['express', 'fastify', 'hono', 'nest', 'bullmq'] as const
export type Framework = (typeof FRAMEWORKS)[number]

/** What a child is told; `quasar` is null for an app without it. */
export interface ChildSetup {
  readonly framework: Framework
  readonly queue: { readonly name: string; readonly port: number }
  readonly quasar: {
    readonly service: string
    readonly redis: string
    readonly interval: number
    readonly logger?: 'console'
  } | null
}

/** A line of Quasar's own, and how many reports were over when it was said. */
export interface Line {
  readonly text: string
  readonly reports: number
}

export interface Child {
  readonly port: number | null
  status(): Promise<RecorderStatus>
  lines(): Promise<readonly Line[]>
  heapUsed(): Promise<number>
  toggle(fault: string, isOn: boolean): Promise<void>
  flood(count: number): Promise<void>
  /** Asks for its end, orderly or by an exception that nobody catches, and waits for it. */
  finish(how: 'close' | 'crash'): Promise<Ended>
  output(): string
  kill(): void
}

export interface Ended {
  readonly code: number | null
  readonly output: string
}

const folder = join(process.cwd(), 'test/faults/app')
const preloads = readdirSync(join(folder, 'preloads')).map((file) => `--import=${join(folder, 'preloads', file)}`)

/** @param sink a descriptor that all output goes to; else it is kept */
export async function startChild(setup: ChildSetup, sink: number | 'pipe' = 'pipe'): Promise<Child> {
  await ensureBuilt()
  const env = { ...process.env, NODE_ENV: 'production', REDIS_URL: '', QUASAR_REDIS_URL: '' }
  const process_ = spawn(process.execPath, ['--expose-gc', ...preloads, join(folder, 'main.mjs')], {
    env: { ...env, FAULT_APP: JSON.stringify(setup) },
    stdio: ['ignore', sink, sink, 'ipc'],
  })
  let output = ''
  for (const stream of [process_.stdout, process_.stderr]) stream?.on('data', (chunk) => (output += chunk))
  const ended = once(process_, 'close').then(([code]): Ended => ({ code: code as number | null, output }))
  const ask = asker(process_, 'The app', () => output)
  const port = (await ask('hello')) as number | null
  return {
    port,
    status: () => ask('status') as Promise<RecorderStatus>,
    lines: () => ask('lines') as Promise<Line[]>,
    heapUsed: () => ask('heapUsed') as Promise<number>,
    toggle: async (fault, isOn) => void (await ask('toggle', { fault, isOn })),
    flood: async (count) => void (await ask('flood', { count })),
    finish(how) {
      ask(how).catch(() => {})
      return ended
    },
    output: () => output,
    kill: () => void process_.kill('SIGKILL'),
  }
}
