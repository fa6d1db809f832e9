import type cluster from 'node:cluster'
import { hostname } from 'node:os'
import { isMainThread, threadId } from 'node:worker_threads'
import type { Language } from '../../protocol/index.js'

export interface RuntimeDescription {
  readonly language: Language
  /** Of the runtime, without a leading `v`. */
  readonly version: string
  /** The number that tells copies of an app on one machine apart: PM2's, or the cluster worker's, then the thread's; `2`, `2/1`. */
  readonly instance: string | null
}

/** Says what this code runs on. Bun and Deno also call themselves Node, so they are asked for first. */
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
 * Only a process with a channel to its parent can be a worker: the others go without node:cluster and what it loads. The
 * first releases of Node 22 have no way to load it at once; the number is unknown there.
 */
function clusterWorker(): string | undefined {
  if (!process.send) return undefined
  // Its type is that of an ES module, with a default export; what comes is the default itself.
  const loaded = process.getBuiltinModule?.('node:cluster') as unknown as typeof cluster | undefined
  return loaded?.worker?.id.toString()
}

/** The machine's name; `unknown` where the program may not ask, as in Deno without `--allow-sys`. */
export function hostName(): string {
  try {
    return hostname()
  } catch {
    return 'unknown'
  }
}
