import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folderOf } from '../../support/installed.js'
import { packInto } from '../../support/pack.js'

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly node?: string
  /** Options of Node. */
  readonly nodeArgs?: readonly string[]
  /** Further files beside the program. */
  readonly files?: Readonly<Record<string, string>>
}

export interface Run {
  readonly child: ChildProcess
  /** What it sends next. */
  next(): Promise<unknown>
  output(): string
  readonly ended: Promise<void>
  /** Ends it as a process manager does. */
  end(): Promise<void>
}

const packed = new Map<string, Promise<void>>()

/** Runs a program with the frameworks of a host and the package as it is published. */
export async function run(host: string, file: string, source: string, options: RunOptions = {}): Promise<Run> {
  if (!packed.has(host)) packed.set(host, packInto(host))
  await packed.get(host)
  const folder = mkdtempSync(join(folderOf(host), 'auto-'))
  for (const [name, text] of Object.entries({ ...options.files, [file]: source }))
    writeFileSync(join(folder, name), text)
  const child = spawn(options.node ?? process.execPath, [...(options.nodeArgs ?? []), join(folder, file)], {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'test', REDIS_URL: '', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  child.stdout?.on('data', (chunk) => (output += chunk))
  child.stderr?.on('data', (chunk) => (output += chunk))
  const ended = once(child, 'close').then(() => rmSync(folder, { recursive: true, force: true }))
  const messages: unknown[] = []
  let wake = () => {}
  child.on('message', (message) => {
    messages.push(message)
    wake()
  })
  return {
    child,
    ended,
    output: () => output,
    async next() {
      const waited = new Promise<void>((resolve) => {
        wake = resolve
      })
      if (messages.length === 0) await Promise.race([waited, ended])
      if (messages.length === 0) throw new Error(`The program ended: ${output}`)
      return messages.shift()
    },
    async end() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await ended
    },
  }
}
