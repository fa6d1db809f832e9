import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import type { Roots } from '../../../src/core/probes/cgroup-paths.js'

/** Holds the event loop. @returns the span, `performance.now()` */
export function block(ms: number): { from: number; to: number; ms: number } {
  const from = performance.now()
  while (performance.now() < from + ms);
  const to = performance.now()
  return { from, to, ms: to - from }
}

/** Lets timers fire for a while. */
export const breathe = (ms: number) => sleep(ms)

/** A made-up /proc and /sys/fs/cgroup in a folder of their own. */
export interface FakeKernel {
  readonly roots: Roots
  /** Paths begin with `proc/` or `cgroup/`. */
  write(files: Readonly<Record<string, string>>): Promise<void>
  remove(...paths: string[]): Promise<void>
  /** Removes everything. */
  end(): Promise<void>
}

export async function fakeKernel(files: Readonly<Record<string, string>>): Promise<FakeKernel> {
  const folder = await mkdtemp(join(tmpdir(), 'quasar-kernel-'))
  const write: FakeKernel['write'] = async (more) => {
    for (const [path, text] of Object.entries(more)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), text)
    }
  }
  await write(files)
  return {
    roots: { proc: join(folder, 'proc'), cgroup: join(folder, 'cgroup') },
    write,
    remove: async (...paths) => {
      for (const path of paths) await rm(join(folder, path), { recursive: true, force: true })
    },
    end: () => rm(folder, { recursive: true, force: true }),
  }
}

/** The probes as modules for processes of their own. */
export interface BuiltProbes {
  /** Runs a script that may import `./index.js` and `./runtime.js`; ends when the process does, or is ended after a minute. */
  run(script: string, env?: Record<string, string>): Promise<{ code: number | null; output: string }>
  remove(): Promise<void>
}

export async function buildProbes(): Promise<BuiltProbes> {
  const folder = await mkdtemp(join(tmpdir(), 'quasar-probes-'))
  const source = fileURLToPath(new URL('../../../src/core/probes', import.meta.url))
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: true,
      rollupOptions: { input: { index: join(source, 'index.ts'), runtime: join(source, 'runtime.ts') } },
      outDir: folder,
      emptyOutDir: false,
      minify: false,
    },
  })
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  let number = 0
  return {
    async run(script, env = {}) {
      number += 1
      const file = join(folder, `script-${number}.js`)
      await writeFile(file, script)
      return outcome(spawn(process.execPath, [file], { env: { PATH: process.env.PATH, ...env }, stdio: 'pipe' }))
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

async function outcome(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  const limit = setTimeout(() => child.kill('SIGKILL'), 60_000)
  const [code] = await once(child, 'close')
  clearTimeout(limit)
  return { code: typeof code === 'number' ? code : null, output }
}
