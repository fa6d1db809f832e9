import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'

/** A process that a test kills in the middle of its work; otherwise it ends with the test. */
export function startChild(program: string, ...args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** Resolves when the child has printed a line, or ended. */
export function printed(child: ChildProcess): Promise<string> {
  const line = once(child.stdout as NodeJS.ReadableStream, 'data').then(String)
  return Promise.race([line, once(child, 'close').then(() => '')])
}

/** Resolves when the child has ended, also if it had before. */
export async function kill(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close')
  if (child.exitCode === null) child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await closed
}
