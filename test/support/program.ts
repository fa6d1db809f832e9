import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureBuilt } from './pack.js'

/** How a program went. */
export interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Program {
  readonly child: ChildProcess
  readonly ended: Promise<Outcome>
}

/** Starts a small program that imports the built package by its name, in a Node of its own. */
export async function startProgram(
  source: string,
  options: { env?: NodeJS.ProcessEnv; format?: 'mjs' | 'cjs' } = {},
): Promise<Program> {
  await ensureBuilt()
  // Inside the repository, so that `@gravito/quasar` means this very package.
  const folder = await mkdtemp(join(process.cwd(), 'dist', 'program-'))
  const file = join(folder, `main.${options.format ?? 'mjs'}`)
  await writeFile(file, source)
  const env = { ...process.env, QUASAR_REDIS_URL: '', REDIS_URL: '', NODE_ENV: 'production', ...options.env }
  const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => (stdout += chunk))
  child.stderr?.on('data', (chunk) => (stderr += chunk))
  const ended = once(child, 'close').then(async ([code, signal]) => {
    await rm(folder, { recursive: true, force: true })
    // What differs from run to run says nothing about the program.
    return { code, signal, stdout, stderr: stderr.replaceAll(folder, '') } as Outcome
  })
  return { child, ended }
}

/** Runs a small program to its end; one that hangs is killed after 20 s, which its outcome shows. */
export async function runProgram(...args: Parameters<typeof startProgram>): Promise<Outcome> {
  const { child, ended } = await startProgram(...args)
  const limit = setTimeout(() => child.kill('SIGKILL'), 20_000)
  try {
    return await ended
  } finally {
    clearTimeout(limit)
  }
}
