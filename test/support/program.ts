import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { ensureBuilt } from './pack.js'

/** How a program went. */
export interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Program {
  /** Where its files are, until it has ended. */
  readonly folder: string
  readonly child: ChildProcess
  readonly ended: Promise<Outcome>
}

export interface ProgramOptions {
  env?: NodeJS.ProcessEnv
  format?: 'mjs' | 'cjs'
  /** Further files of the program's folder, by path. */
  files?: Readonly<Record<string, string>>
  /** Which file is started, when it is not the source itself: of the folder, or one of the repository by its whole path. */
  entry?: string
  /** Which Node runs it. @default this one */
  node?: string
  /** Options of Node, before the file. */
  nodeArgs?: readonly string[]
  /** Arguments of the program, after the file. */
  args?: readonly string[]
}

/** Starts a small program that imports the built package by its name, in a Node of its own. */
export async function startProgram(source: string, options: ProgramOptions = {}): Promise<Program> {
  await ensureBuilt()
  // Inside the repository, so that `@gravito/quasar` means this very package.
  const folder = await mkdtemp(join(process.cwd(), 'dist', 'program-'))
  const main = `main.${options.format ?? 'mjs'}`
  await writeFiles(folder, { ...options.files, [main]: source })
  if (options.files?.['package.json']) await linkPackage(folder)
  const env = { ...process.env, QUASAR_REDIS_URL: '', REDIS_URL: '', NODE_ENV: 'production', ...options.env }
  const args = [...(options.nodeArgs ?? []), resolve(folder, options.entry ?? main), ...(options.args ?? [])]
  // A runner's or a process manager's program lives in its folder.
  const cwd = options.entry ? folder : process.cwd()
  const child = spawn(options.node ?? process.execPath, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => (stdout += chunk))
  child.stderr?.on('data', (chunk) => (stderr += chunk))
  const ended = once(child, 'close').then(async ([code, signal]) => {
    await rm(folder, { recursive: true, force: true })
    // What differs from run to run says nothing about the program.
    return { code, signal, stdout, stderr: stderr.replaceAll(folder, '') } as Outcome
  })
  return { folder, child, ended }
}

/** In a package of another name this one's name means what is in its node_modules. */
async function linkPackage(folder: string): Promise<void> {
  await mkdir(join(folder, 'node_modules/@gravito'), { recursive: true })
  await symlink(process.cwd(), join(folder, 'node_modules/@gravito/quasar'), 'dir')
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, source] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), source)
  }
}

/** Runs a small program to its end; one that hangs is killed after a minute, which its outcome shows. */
export async function runProgram(...args: Parameters<typeof startProgram>): Promise<Outcome> {
  const { child, ended } = await startProgram(...args)
  const limit = setTimeout(() => child.kill('SIGKILL'), 60_000)
  try {
    return await ended
  } finally {
    clearTimeout(limit)
  }
}
