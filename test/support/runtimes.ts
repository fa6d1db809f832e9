import type { ForkOptions } from 'node:child_process'
import { join } from 'node:path'
import { folderOf } from './installed.js'

export type OtherRuntime = 'bun' | 'deno'
export type HostRuntime = 'node' | OtherRuntime

/**
 * Program of a runtime of test/installs/runtimes, which exists on linux-x64 only.
 *
 * @param name `bun`, `deno`, or a Node such as `node22`
 */
export function runtimeProgram(name: string): string {
  const file = name === 'bun' ? 'bin/bun' : name === 'deno' ? 'deno' : 'bin/node'
  return join(folderOf('runtimes'), 'node_modules', name, file)
}

/** How Deno runs a program that may do everything. */
export const DENO_FLAGS = ['run', '--quiet', '--allow-all']

/** How a process of a runtime is forked. They have no serialization but JSON in common with Node. */
export const FORKING: Readonly<Record<HostRuntime, ForkOptions>> = {
  node: { serialization: 'advanced', execArgv: [] },
  bun: { execPath: runtimeProgram('bun'), execArgv: [] },
  deno: { execPath: runtimeProgram('deno'), execArgv: DENO_FLAGS },
}
