import { monotonic } from '../../lib/clock.js'
import type { QueueSource } from '../../ports/index.js'
import { untraced } from '../../tracing/untraced.js'
import type { State } from '../queues/directory.js'
import type { Connection } from '../queues/monitor/queue-monitor.js'

/** How often queues are looked for while nobody watches, ms. */
const LOOK_EVERY_MS = 60_000

interface ListedQueue {
  readonly key: string
  readonly name: string
  readonly services: readonly string[]
  readonly source: QueueSource
  readonly address: string
}

/**
 * The queues that this Zenith is connected to and whose finished jobs it can list, for the archiver.
 *
 * @param hasSources whether there is anything to read now
 */
export function listedQueues(
  monitor: Pick<State, 'now' | 'queues'>,
  hasSources: () => boolean,
): () => Promise<readonly ListedQueue[]> {
  const { queues } = monitor
  let lookedAt = Number.NEGATIVE_INFINITY
  return async () => {
    if (!hasSources()) return []
    if (monotonic() - lookedAt >= LOOK_EVERY_MS) {
      await untraced(() => queues.read(monitor.now))
      // What was not found yet may come with the next reading.
      if (queues.connections().length > 0) lookedAt = monotonic()
    }
    return queues
      .connections()
      .filter(canList)
      .map((connection) => listed(connection, queues.view(connection.key)?.services ?? []))
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
