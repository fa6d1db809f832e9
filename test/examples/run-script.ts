import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A program that a test started. */
export interface Running {
  readonly pid: number
  /** All that it has printed so far, both streams. */
  output(): string
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>
  kill(signal: NodeJS.Signals): void
  /** As Ctrl-C in a terminal does: to the program and all of its group. */
  interrupt(): void
}

const cleared = [
  'QUASAR_REDIS_URL',
  'REDIS_URL',
  'QUASAR_SERVICE',
  'QUASAR_INTERVAL',
  'QUASAR_PREFIX',
  'PORT',
  'NODE_ENV',
]

/** Starts a program in a group of its own, without what the test's own environment says about Quasar. */
export function start(command: string, args: readonly string[], env: Record<string, string>): Running {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !cleared.includes(name)))
  const child = spawn(command, args, {
    cwd: process.cwd(),
    env: { ...own, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  const pid = child.pid
  if (pid === undefined) throw new Error(`${command} could not be started`)
  return {
    pid,
    output: () => output,
    ended: once(child, 'close').then(([code, signal]: (number | NodeJS.Signals | null)[]) => signal ?? code ?? null),
    kill: (signal) => void child.kill(signal),
    interrupt: () => void process.kill(-pid, 'SIGINT'),
  }
}
