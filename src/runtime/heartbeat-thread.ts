import { isMainThread, Worker } from 'node:worker_threads'
import { wordsOf } from '../core/errors/describe-error.js'
import {
  type LastBeat,
  pulseOf,
  SLOTS,
  type ThreadMessage,
  type ThreadSetup,
} from '../core/heartbeat-thread/messages.js'
import { startPulse } from '../core/heartbeat-thread/pulse.js'
import { type Notices, noticesOf } from '../core/options/logger.js'
import type { ResolvedOptions } from '../core/options/options.js'
import type { HeartbeatThread } from '../core/process-recorder.js'
import { isClient } from '../redis/client.js'
import type { HeartbeatWorkerData } from './heartbeat-worker.js'

/** Beside this file, and also beside the folder of what several files share. */
const WORKER = '../runtime/heartbeat-worker.js'
/** Of JavaScript, MB. It uses about 10; the young generation is what grows first. */
const MEMORY = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 2 }
/** Functions among the options of ioredis that Quasar's own connections replace. */
const REPLACED = ['retryStrategy', 'sentinelRetryStrategy', 'reconnectOnError']

/**
 * Starts the thread of the options `heartbeatThread` and `livez`. It does not keep the process alive, and ends with it.
 *
 * @param onOverlap the node's heartbeat has to be written again
 * @returns null without these options, in a worker thread, and where the thread can't run, of which a log line tells
 */
export function startHeartbeatThread(options: ResolvedOptions, onOverlap: () => void): HeartbeatThread | null {
  const { heartbeatThread, livez, logger } = options
  if ((!heartbeatThread && !livez) || !isMainThread) return null
  const notices = noticesOf(logger)
  if (process.versions.bun || process.versions.deno) {
    notices.warn('"heartbeatThread" and "livez" need Node.js; both are off.')
    return null
  }
  const store = heartbeatThread ? storeOf(options, notices) : null
  if (!store && !livez) return null
  try {
    return startThread(options, store, notices, onOverlap)
  } catch (error) {
    notices.warn(`the heartbeat thread can't start: ${wordsOf(error)}. The app is unaffected.`)
    return null
  }
}

function startThread(
  { interval, disks, blockedStack, livez }: ResolvedOptions,
  store: HeartbeatWorkerData['store'],
  notices: Notices,
  onOverlap: () => void,
): HeartbeatThread {
  const slots = new Int32Array(new SharedArrayBuffer(SLOTS.count * Int32Array.BYTES_PER_ELEMENT))
  const pulseMs = pulseOf(interval)
  const setup: ThreadSetup = { slots, pulseMs, intervalMs: interval, disks, writesStack: blockedStack, livez }
  const { NODE_OPTIONS: _, ...env } = process.env
  const worker = new Worker(new URL(WORKER, import.meta.url), {
    name: 'quasar-heartbeat',
    workerData: { setup, store } satisfies HeartbeatWorkerData,
    // What the app loads with --import or --require is not for this thread.
    execArgv: [],
    env,
    resourceLimits: MEMORY,
  })
  worker.on('message', (message: ThreadMessage) => {
    if (message.kind === 'notice') notices.once(message.topic, message.text)
    else onOverlap()
  })
  worker.on('error', (error) => notices.once('thread', `the heartbeat thread ended: ${wordsOf(error)}.`))
  worker.unref()
  const endPulse = startPulse(slots, pulseMs, blockedStack)
  return {
    note(heartbeat) {
      Atomics.store(slots, SLOTS.isHeld, 0)
      worker.postMessage({ heartbeat } satisfies LastBeat)
    },
    hold: () => void Atomics.store(slots, SLOTS.isHeld, 1),
    async stop() {
      Atomics.store(slots, SLOTS.isHeld, 1)
      endPulse()
      await worker.terminate()
    },
  }
}

/** The thread has a connection of its own: its address has to be one that another thread can use. */
function storeOf({ store, redis, prefix, tokens }: ResolvedOptions, notices: Notices): HeartbeatWorkerData['store'] {
  const copy = store || redis === false ? null : copyOf(redis)
  if (copy !== null) return { redis: copy, prefix, token: tokens }
  notices.warn(
    '"heartbeatThread" is off: the thread opens a connection of its own, for which "redis" has to be a URL, or ioredis options without functions. It can\'t share a client or a store.',
  )
  return null
}

function copyOf(redis: string | object): string | object | null {
  if (typeof redis === 'string') return redis
  if (isClient(redis)) return null
  try {
    return structuredClone(Object.fromEntries(Object.entries(redis).filter(([name]) => !REPLACED.includes(name))))
  } catch {
    return null
  }
}
