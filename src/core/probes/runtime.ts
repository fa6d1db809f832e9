import type cluster from 'node:cluster'
import { hostname } from 'node:os'
import { isatty } from 'node:tty'
import { isMainThread, threadId } from 'node:worker_threads'
import type { Language } from '../../protocol/index.js'

export interface RuntimeDescription {
  readonly language: Language
  /** Of the runtime, without a leading `v`. */
  readonly version: string
  /** Distinguishes copies of an app on one machine: the number of PM2 or of the cluster worker, then the thread's; `2`, `2/1`. */
  readonly instance: string | null
}

/** Detects the runtime. Bun and Deno also identify as Node, so they are checked first. */
export function detectRuntime(): RuntimeDescription {
  const versions: Readonly<Record<string, string | undefined>> = process.versions
  const language = versions.bun ? 'bun' : versions.deno ? 'deno' : 'node'
  return { language, version: versions[language] ?? process.versions.node, instance: instanceNumber() }
}

function instanceNumber(): string | null {
  const copy = process.env.NODE_APP_INSTANCE || process.env.pm_id || clusterWorker()
  const thread = isMainThread ? undefined : threadId.toString()
  return [copy, thread].filter(Boolean).join('/') || null
}

/**
 * Only a process with a channel to its parent can be a worker: the others do not load node:cluster and its dependencies. The first releases
 * of Node 22 can't load it synchronously; the number is unknown there.
 */
function clusterWorker(): string | undefined {
  if (!process.send) return undefined
  // It is typed as an ES module with a default export; the value is the default export itself.
  const loaded = process.getBuiltinModule?.('node:cluster') as unknown as typeof cluster | undefined
  return loaded?.worker?.id.toString()
}

/** The machine's name; `unknown` without the permission to read it, as in Deno without `--allow-sys`. */
export function hostName(): string {
  try {
    return hostname()
  } catch {
    return 'unknown'
  }
}

/**
 * Whether a developer ends this process by hand: at a terminal, or by saving a file under `node --watch`. It must end even while its event
 * loop is blocked, and listeners run only when the loop turns. Elsewhere a supervisor ends such a process by SIGKILL.
 */
export function isInteractive(): boolean {
  return isatty(0) || process.env.WATCH_REPORT_DEPENDENCIES !== undefined
}
