import type { ForkOptions } from 'node:child_process'
import { join } from 'node:path'

export type OtherRuntime = 'bun' | 'deno'
export type HostRuntime = 'node' | OtherRuntime

const MODULES = join(process.cwd(), 'test/package/node-versions/node_modules')

export const BINARIES: Readonly<Record<OtherRuntime, string>> = {
  bun: join(MODULES, 'bun/bin/bun'),
  deno: join(MODULES, 'deno/deno'),
}

/** How Deno runs a program that may do everything. */
export const DENO_FLAGS = ['run', '--quiet', '--allow-all']

/** How a process of a runtime is forked. They have no serialization but JSON in common with Node. */
export const FORKING: Readonly<Record<HostRuntime, ForkOptions>> = {
  node: { serialization: 'advanced', execArgv: [] },
  bun: { execPath: BINARIES.bun, execArgv: [] },
  deno: { execPath: BINARIES.deno, execArgv: DENO_FLAGS },
}
