import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { QuasarOptions } from '../../src/core/options/options.js'
import { asker } from './asker.js'
import { folderOf } from './installed.js'
import { packInto } from './pack.js'
import { FORKING, type HostRuntime } from './runtimes.js'

/** What an app is opened with. Only what can be sent to another process. */
export interface AppConfig {
  options?: Omit<QuasarOptions, 'store' | 'redact' | 'logger' | 'meta' | 'ready'> & { logger?: false }
  /** How often Quasar is registered. @default 1 */
  registrations?: number
  /**
   * Where: before everything, after the routes, in one nested scope or router only, or before everything in an app that the
   * server's listener hides. @default 'first'
   */
  place?: 'first' | 'late' | 'nested' | 'behind'
  /** Whether the app answers errors itself. @default false */
  errorHandler?: boolean
  /** Which of Hono's routers and presets to use, with an app of few routes. */
  router?: string
  /** What the process does to the global `performance` before. */
  performance?: 'gone' | 'replaced'
  /** From when on the server closes a connection on which nothing happens, ms. @default never */
  timeout?: number
  /** Which other form of the same app to open; each host has its own. */
  variant?: string
}

export interface OpenApp {
  readonly port: number
  /** Ends the app as its framework is ended, and Quasar with it. */
  close(): Promise<void>
  /** Ends Quasar and leaves the app open. */
  stop(): Promise<void>
  /** A request that never touches the network, where the framework has such. */
  inject(path: string): Promise<number>
}

/** A process with one framework, which opens apps on command. */
export interface Host {
  open(config?: AppConfig): Promise<OpenApp>
  /** Of its process. */
  readonly pid: number
  /** What the process wrote to its output. */
  output(): string
  end(): Promise<void>
}

/** Regular expressions as objects, for what is sent as JSON. */
function encoded(config: AppConfig): object {
  const rules = [config.options?.ignore ?? []].flat()
  const ignore = rules.map((rule) => (rule instanceof RegExp ? { regExp: rule.source } : rule))
  return { ...config, options: { ...config.options, ignore } }
}

const packed = new Map<string, Promise<void>>()

/**
 * Starts a host of test/hosts.
 *
 * @param file `express5/server.mjs`
 */
export async function startHost(
  file: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
  runtime: HostRuntime = 'node',
): Promise<Host> {
  const [name = '', program = ''] = file.split('/')
  // Once a test file: what it tests must not change on the way.
  if (!packed.has(name)) packed.set(name, packInto(name))
  await packed.get(name)
  const child = fork(join(folderOf(name), program), [...args], {
    env: { ...process.env, NODE_ENV: 'test', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    ...FORKING[runtime],
  })
  let output = ''
  child.stdout?.on('data', (chunk) => (output += chunk))
  child.stderr?.on('data', (chunk) => (output += chunk))
  const ask = asker(child, 'The host', () => output)
  await ask('hello', {})
  return {
    async open(config = {}) {
      const { app, port } = (await ask('open', runtime === 'node' ? config : encoded(config))) as {
        app: number
        port: number
      }
      return {
        port,
        close: async () => void (await ask('close', { app })),
        stop: async () => void (await ask('stop', { app })),
        inject: async (path) => (await ask('inject', { app, path })) as number,
      }
    },
    pid: child.pid as number,
    output: () => output,
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}
