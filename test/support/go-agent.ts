import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const AGENT = fileURLToPath(new URL('../../agent', import.meta.url))

/** Whether the machine can build the agent. */
export const hasGo = spawnSync('go', ['version']).status === 0

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
  const folder = await mkdtemp(join(tmpdir(), 'quasar-agent-'))
  const program = join(folder, 'quasar-agent')
  await promisify(execFile)('go', ['build', '-o', program, './cmd/quasar-agent'], {
    cwd: AGENT,
    env: { ...process.env, CGO_ENABLED: '0' },
  })
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
