import { spawnSync } from 'node:child_process'

/**
 * Calls back for each line that is typed into the terminal. The process still ends by its signals, and never waits for a line.
 *
 * @returns whether there is a terminal to read from: not for a process in the background, which the system would stop for reading
 */
export function onLine(call: () => void): boolean {
  const { stdin } = process
  if (!stdin.isTTY || !isInForeground()) return false
  stdin.on('data', call)
  stdin.on('error', () => {})
  // After `bg` (following Ctrl-Z) and `fg`.
  if (process.platform !== 'win32')
    process.on('SIGCONT', () => void (isInForeground() ? stdin.resume() : stdin.pause()))
  return true
}

/** True where it is unknown; also on Windows, which has no background. */
function isInForeground(): boolean {
  if (process.platform === 'win32') return true
  const { stdout } = spawnSync('ps', ['-o', 'pgid=', '-o', 'tpgid=', '-p', String(process.pid)], { encoding: 'utf8' })
  const [group, foreground] = (stdout ?? '').trim().split(/\s+/)
  return foreground === undefined || group === foreground
}

/** The output of a command. */
export interface Voice {
  /** Prints on stdout, unless quiet. */
  readonly say: (line: string) => void
  /** Prints on stderr. */
  readonly warn: (line: string) => void
}

export function voiceOf(isQuiet: boolean): Voice {
  return {
    say(line) {
      if (!isQuiet) process.stdout.write(`${line}\n`)
    },
    warn(line) {
      process.stderr.write(`${line}\n`)
    },
  }
}
