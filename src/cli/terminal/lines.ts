import { spawnSync } from 'node:child_process'

/**
 * Calls back for each line that is typed into the terminal. The process ends by its signals as before, and never waits for a line.
 *
 * @returns whether there is a terminal to type into: none for a process in the background, which the system would stop for reading
 */
export function onLine(call: () => void): boolean {
  const { stdin } = process
  if (!stdin.isTTY || !isInForeground()) return false
  stdin.on('data', call)
  stdin.on('error', () => {})
  // `bg` after Ctrl-Z, and `fg`.
  if (process.platform !== 'win32')
    process.on('SIGCONT', () => void (isInForeground() ? stdin.resume() : stdin.pause()))
  return true
}

/** Where nobody can tell, as on Windows, which has no background, it is. */
function isInForeground(): boolean {
  if (process.platform === 'win32') return true
  const { stdout } = spawnSync('ps', ['-o', 'pgid=', '-o', 'tpgid=', '-p', String(process.pid)], { encoding: 'utf8' })
  const [group, foreground] = (stdout ?? '').trim().split(/\s+/)
  return foreground === undefined || group === foreground
}

/** Where a command speaks. */
export interface Voice {
  /** On stdout, unless it is to be quiet. */
  readonly say: (line: string) => void
  /** On stderr. */
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
