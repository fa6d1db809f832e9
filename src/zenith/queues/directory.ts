import type { Overview } from '../../api/overview.js'
import type { QueueSource } from '../../ports/index.js'
import { ApiError } from '../http/api-error.js'
import { namesOf } from './monitor/identity.js'
import type { Connection, QueueMonitor } from './monitor/queue-monitor.js'

/** A queue that this Zenith can reach. */
export interface ConnectedQueue {
  /** Names it in URLs. */
  readonly key: string
  /** As people know it. */
  readonly name: string
  /** What its source's methods take for it. */
  readonly address: string
  readonly source: QueueSource
  /** An option forbids to change anything in it. */
  readonly readOnly: boolean
  /** What names it to every Zenith: its key and, where its server is known, its place there. @default its key alone */
  readonly names?: readonly string[]
}

/** Finds queues for those who act on them. */
export interface QueueDirectory {
  /** Null when there is no such queue, or when it is only reported and can't be reached. Rejects when the store fails. */
  find(key: string): Promise<ConnectedQueue | null>
  /** All that can be reached. */
  all(): Promise<readonly ConnectedQueue[]>
}

/** The state that the queues are a part of: the monitor of the fleet reads both. */
export interface State {
  /** What the store's clock shows, Unix ms. */
  readonly now: number
  readonly queues: QueueMonitor
  /** Not older than an interval. */
  fresh(): Promise<Overview>
}

export function queueDirectory(monitor: Omit<State, 'now'>): QueueDirectory {
  async function look(): Promise<void> {
    const { store } = await monitor.fresh()
    if (!store.ok) throw new ApiError('store_unavailable', store.error ?? 'The store does not answer')
  }

  return {
    async find(key) {
      await look()
      const connection = await monitor.queues.connect(key)
      return connection && connected(connection)
    },
    async all() {
      await look()
      return monitor.queues.connections().map(connected)
    },
  }
}

function connected({ key, name, address, own, readOnly }: Connection): ConnectedQueue {
  const entry = own.entries.get(address)?.entry
  const byServer = entry ? namesOf(entry).byServer : null
  return { key, name, address, source: own.source, readOnly, names: byServer === null ? [key] : [key, byServer] }
}
