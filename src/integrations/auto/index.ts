import { subscribe } from 'node:diagnostics_channel'
import { createRequire } from 'node:module'
import { isMainThread, type Worker } from 'node:worker_threads'
import { setTimeout } from '../../lib/clock.js'
import { globalSlot } from '../../lib/global-slot.js'
import type * as Follow from './follow.js'
import { alreadyLoaded, installHooks } from './hooks.js'
import type { Name } from './internals.js'
import { isApp } from './main-script.js'

/** Whether frameworks show what they have: once in a thread, by whichever copy of the package is loaded first. */
interface Auto {
  /** @returns what is to stand for the value; undefined for the value itself */
  found: ((name: Name, value: unknown) => unknown) | null
}

const auto = globalSlot('auto', (): Auto => ({ found: null }))

/** A process that lives as long is no short script, ms. */
const SETTLED_MS = 2_000
/** What an app is made of is loaded by then, on a busy machine, too, ms. */
const LOADED_MS = 15_000

let follow: typeof Follow | null = null

/** All but the hooks is loaded with the first framework of an app, so that the commands of a machine don't load it. */
function loadFollow(): typeof Follow | null {
  if (!follow && isApp(process.env)) {
    follow = createRequire(import.meta.url)('../../../cjs/integrations/auto/follow.js') as typeof Follow
  }
  return follow
}

/** Nothing here may fail the app: what is not followed is as it was. */
function guarded<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}

function begin(): void {
  if (/^(1|true|yes|on)$/i.test(process.env.QUASAR_DISABLED ?? '') || auto.get().found) return
  auto.get().found = (name, value) => guarded(() => loadFollow()?.found(name, value))
  installHooks(guarded(() => isApp(process.env)) === true)
  subscribe('fastify.initialization', (message) => {
    guarded(() => loadFollow()?.foundFastify((message as { fastify: unknown }).fastify))
  })
  for (const [name, value] of alreadyLoaded()) auto.get().found?.(name, value)
  if (isMainThread) settleLater()
}

function settleLater(): void {
  const settle = () => void guarded(() => loadFollow()?.settle())
  setTimeout(settle, SETTLED_MS).unref()
  setTimeout(() => void guarded(() => loadFollow()?.noteMissing()), LOADED_MS).unref()
  process.on('worker', tookThread)
  function tookThread(thread: Worker): void {
    // Node's own one for hooks.
    if (thread.constructor.name === 'InternalWorker') return
    process.off('worker', tookThread)
    // What a thread reports is a part of the main one's node.
    guarded(() => loadFollow()?.holdRecorder())
  }
}

guarded(begin)
