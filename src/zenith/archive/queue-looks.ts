import { monotonic } from '../../lib/clock.js'
import type { QueueSource } from '../../ports/index.js'
import type { FinishedQueue } from '../../protocol/index.js'
import { untraced } from '../../tracing/untraced.js'
import { namesOf } from '../queues/monitor/identity.js'
import type { Connection, QueueMonitor } from '../queues/monitor/queue-monitor.js'

/** Longest time between two readings of the queues, ms. */
const LOOK_EVERY_MS = 60_000

interface ListedQueue {
  readonly key: string
  readonly name: string
  readonly services: readonly string[]
  readonly source: QueueSource
  readonly address: string
}

/** What the archiver knows of queues. */
export interface ArchivedQueueLooks {
  /** The queues that this Zenith is connected to and whose finished jobs it can list. */
  readonly queues: () => Promise<readonly ListedQueue[]>
  /** The key of a queue in URLs: its worker may reach it by another address than this Zenith. */
  readonly keyOf: (queue: FinishedQueue) => string
}

/** @param hasSources whether Zenith can read any queue itself now */
export function queueLooks(
  monitor: { readonly now: number; readonly queues: QueueMonitor },
  hasSources: () => boolean,
): ArchivedQueueLooks {
  const { queues } = monitor
  let lookedAt = Number.NEGATIVE_INFINITY
  return {
    async queues() {
      if (monotonic() - lookedAt >= LOOK_EVERY_MS) {
        await untraced(() => queues.read(monitor.now))
        // A source that has not answered yet has its queues at the next reading.
        if (queues.connections().length > 0 || !hasSources()) lookedAt = monotonic()
      }
      const connections = queues.connections().filter(canList)
      return connections.map((connection) => listed(connection, queues.view(connection.key)?.services ?? []))
    },
    keyOf(queue) {
      const { byServer, byPlace, key } = namesOf(queue)
      const known = (byServer === null ? null : queues.view(byServer)) ?? queues.view(byPlace)
      return known?.key ?? key
    },
  }
}

function listed({ key, name, address, own }: Connection, services: readonly string[]): ListedQueue {
  return { key, name, services, source: own.source, address }
}

/** Through BullMQ's API alone each job of a list is a query of its own: too many for every round. */
function canList({ own: { source, error } }: Connection): boolean {
  const isApiOnly = source.driver === 'bullmq' && !source.capabilities.includes('flow')
  return error === null && source.jobs !== undefined && source.capabilities.includes('list') && !isApiOnly
}
