import type { Overview } from '../../api/overview.js'
import type { QueueSource } from '../../ports/index.js'
import { ApiError } from '../http/api-error.js'
import { namesOf } from './monitor/identity.js'
import type { Connection, QueueMonitor } from './monitor/queue-monitor.js'

/** A queue that this Zenith can reach. */
export interface ConnectedQueue {
  /** Identifies it in URLs. */
  readonly key: string
  /** Its name for users. */
  readonly name: string
  /** The value that its source's methods take. */
  readonly address: string
  readonly source: QueueSource
  /** An option forbids all changes. */
  readonly readOnly: boolean
  /** Names by which every Zenith identifies it: its key and, if its server is known, its place there. @default only its key */
  readonly names?: readonly string[]
}

/** Finds queues for actions. */
export interface QueueDirectory {
  /** Null if there is no such queue, or if it is only reported and not connected. Rejects if the store fails. */
  find(key: string): Promise<ConnectedQueue | null>
  /** All connected queues. */
  all(): Promise<readonly ConnectedQueue[]>
}

/** The queues as they are known. */
export type KnownQueueViews = Pick<
  QueueMonitor,
  'views' | 'view' | 'namesOf' | 'freshView' | 'connect' | 'connections' | 'problemOf' | 'expire' | 'sources'
>

/** The state that includes the queues: the fleet's monitor reads both. */
export interface State {
  /** The store's clock, Unix ms. */
  readonly now: number
  readonly queues: KnownQueueViews
  /** At most one interval old. */
  fresh(): Promise<Overview>
}

/** @param shown a queue as it is passed on */
export function queueDirectory(
  monitor: Omit<State, 'now'>,
  shown: (queue: ConnectedQueue) => ConnectedQueue = (queue) => queue,
): QueueDirectory {
  async function look(): Promise<void> {
    const { store } = await monitor.fresh()
    if (!store.ok) throw new ApiError('store_unavailable', store.error ?? 'The store does not answer')
  }

  return {
    async find(key) {
      await look()
      const connection = await monitor.queues.connect(key)
      return connection && shown(connected(connection))
    },
    async all() {
      await look()
      return monitor.queues.connections().map((connection) => shown(connected(connection)))
    },
  }
}

function connected({ key, name, address, own, readOnly }: Connection): ConnectedQueue {
  const entry = own.entries.get(address)?.entry
  const byServer = entry ? namesOf(entry).byServer : null
  return { key, name, address, source: own.source, readOnly, names: byServer === null ? [key] : [key, byServer] }
}
