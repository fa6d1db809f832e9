import { parentPort, workerData } from 'node:worker_threads'
import type { ThreadSetup } from '../core/heartbeat-thread/messages.js'
import { serveThread } from '../core/heartbeat-thread/serve-thread.js'
import { redisReports } from '../stores/redis/reports.js'

/** What the heartbeat thread gets. */
export interface HeartbeatWorkerData {
  readonly setup: ThreadSetup
  /** Null where it writes no heartbeats. */
  readonly store: { readonly redis: string | object; readonly prefix: string; readonly token: readonly string[] } | null
}

const { setup, store } = workerData as HeartbeatWorkerData
const openWriter = store && (() => redisReports({ ...store, token: store.token.length > 0 ? store.token : undefined }))
if (parentPort) serveThread(setup, parentPort, openWriter)
