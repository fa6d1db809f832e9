import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { onTestFinished, vi } from 'vitest'

export interface Running {
  readonly child: ChildProcess
  readonly stdout: string
  readonly stderr: string
  /** Resolves to the exit code, once everything that was written has come. */
  readonly ended: Promise<number | null>
  /** The first thing on stdout that fits. */
  said(pattern: RegExp): Promise<string>
}

/** Without an archive unless a test asks for one: it would be in the folder of the tests. */
const ARCHIVELESS = { QUASAR_ARCHIVE: 'none' }

const SECRETLESS = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('QUASAR_') && name !== 'REDIS_URL'),
)

/** Runs a program of node's; what is left of it at the end of the test is ended. */
export function start(
  args: readonly string[],
  { env = {}, input, cwd }: { env?: NodeJS.ProcessEnv; input?: string; cwd?: string } = {},
): Running {
  const child = spawn(process.execPath, args, {
    env: { ...SECRETLESS, ...ARCHIVELESS, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd,
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (part) => (stdout += part))
  child.stderr.on('data', (part) => (stderr += part))
  child.stdin.end(input)
  return {
    child,
    ended: new Promise((resolve) => child.once('close', resolve)),
    get stdout() {
      return stdout
    },
    get stderr() {
      return stderr
    },
    said: (pattern) =>
      vi.waitFor(
        () => {
          const match = pattern.exec(stdout)
          if (!match) throw new Error(`Not said: ${pattern}; said ${stdout}${stderr}`)
          return match[1] ?? match[0]
        },
        { timeout: 20_000, interval: 20 },
      ),
  }
}

/** The command as it was built. */
export const BIN = resolve('dist/esm/cli/bin.js')

export function quasar(args: readonly string[], options?: Parameters<typeof start>[1]): Running {
  return start([BIN, ...args], options)
}

/** Runs it to its end. */
export async function run(args: readonly string[], options?: Parameters<typeof start>[1]) {
  const running = quasar(args, options)
  const code = await running.ended
  return { code, stdout: running.stdout, stderr: running.stderr }
}
