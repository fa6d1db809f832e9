import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** Whether the agent can be built here: it needs Go 1.24 or newer. */
export const hasGo = /go1\.(2[4-9]|[3-9]\d)/.test(
  spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' }).stdout ?? '',
)

let built: string | null = null

/** Path of the agent for this machine, built once in a process and removed with it. @throws when it can't be built */
export function agentBinary(): string {
  built ??= build()
  return built
}

function build(): string {
  const folder = mkdtempSync(join(tmpdir(), 'quasar-agent-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const binary = join(folder, 'quasar-agent')
  const env = { ...process.env, CGO_ENABLED: '0' }
  const flags = ['-trimpath', '-ldflags', '-s -w', '-o', binary]
  const options = { cwd: resolve('agent'), env, encoding: 'utf8' } as const
  const { status, stderr } = spawnSync('go', ['build', ...flags, './cmd/quasar-agent'], options)
  if (status !== 0) throw new Error(`The agent can't be built: ${stderr}`)
  return binary
}

/** Agents of a test's file, built once. */
export interface BuiltAgent {
  /** Starts one with these settings, a YAML file's as JSON; it ends with the test's file, or when it is told to. */
  start(settings: object, env?: NodeJS.ProcessEnv): Promise<RunningAgent>
  end(): Promise<void>
}

export interface RunningAgent {
  /** What it has printed so far. */
  output(): string
  stop(): Promise<void>
}

/** @throws when the agent can't be built */
export async function buildAgent(): Promise<BuiltAgent> {
  const folder = await mkdtemp(join(tmpdir(), 'quasar-agent-settings-'))
  const program = agentBinary()
  const running = new Set<ChildProcess>()
  let files = 0
  return {
    async start(settings, env = {}) {
      const file = join(folder, `agent-${++files}.yaml`)
      // JSON is YAML.
      await writeFile(file, JSON.stringify(settings))
      const child = spawn(program, ['--config', file], { env: { PATH: process.env.PATH, ...env } })
      running.add(child)
      let output = ''
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => {
          output += chunk.toString()
        })
      return { output: () => output, stop: () => stop(child) }
    },
    async end() {
      await Promise.all([...running].map(stop))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}
