import type { QueueView } from '../../api/queues.js'
import { globOf } from '../../lib/glob.js'
import type { ControlStore, Logger } from '../../ports/index.js'
import type { QueueCapability } from '../../protocol/index.js'
import { ApiError } from '../http/api-error.js'
import { type Act, actOn } from './act.js'
import { type ConnectedQueue, type QueueDirectory, queueDirectory, type State } from './directory.js'
import { Outbox } from './outbox.js'

export interface QueuesOptions {
  readonly monitor: State
  /** Null if there is no control store: then no changes are possible. */
  readonly store: ControlStore | null
  readonly logger: Logger | undefined
}

/** What handlers of queue routes need. */
export interface Queues {
  readonly directory: QueueDirectory
  readonly store: ControlStore | null
  readonly act: Act
  /** For lines that the store did not accept in time. */
  readonly outbox: Outbox
  /** The store's clock, Unix ms: times of several Zeniths are compared. */
  now(): number
  /** Rejects with an API error if there is no such queue. */
  view(key: string): Promise<QueueView>
  /** Like `view`, with figures read now if this Zenith is connected to the queue. */
  freshView(key: string): Promise<QueueView>
  /** Rejects with an API error if there is no such queue, if it is not connected, or if its system lacks the capability. */
  able(key: string, capability: QueueCapability): Promise<ConnectedQueue>
  /** Like `able`; rejects also if the queue is read-only. */
  changeable(key: string, capability: QueueCapability): Promise<ConnectedQueue>
  /** The next poll reads the queue again. */
  touch(queue: Pick<ConnectedQueue, 'source'>): void
}

export function queuesOf({ monitor, store, logger }: QueuesOptions): Queues {
  const outbox = new Outbox(logger)
  const now = () => monitor.now
  const act = actOn({ auditLog: store, outbox, now, logger })
  return queuesFrom(monitor, queueDirectory(monitor), { store, act, outbox })
}

/** Queues as a monitor shows them. */
export function queuesFrom(
  monitor: State,
  directory: QueueDirectory,
  changes: Pick<Queues, 'store' | 'act' | 'outbox'>,
): Queues {
  async function view(key: string): Promise<QueueView> {
    const { store: health } = await monitor.fresh()
    const found = monitor.queues.view(key) ?? (await monitor.queues.freshView(key))
    if (found) return found
    if (!health.ok) throw new ApiError('store_unavailable', health.error ?? 'The store does not answer')
    throw new ApiError('not_found', 'There is no queue of this key.')
  }

  async function able(key: string, capability: QueueCapability): Promise<ConnectedQueue> {
    const known = await view(key)
    const queue = await directory.find(key)
    if (!queue) throw notConnected(known, monitor.queues.problemOf(known))
    const { actions } = await view(key)
    if (actions.includes(capability)) return queue
    throw new ApiError('not_supported', `A queue of ${known.driver} can’t do this here: ${capability}.`)
  }

  return {
    ...changes,
    directory,
    now: () => monitor.now,
    view,
    async freshView(key) {
      const known = await view(key)
      return (await monitor.queues.freshView(key)) ?? known
    },
    able,
    async changeable(key, capability) {
      const queue = await able(key, capability)
      if (queue.readOnly)
        throw new ApiError('read_only', `Nothing may be changed in ${queue.name}: it is read-only here.`)
      return queue
    },
    touch: ({ source }) => monitor.queues.expire(source),
  }
}

function notConnected({ name }: QueueView, problem: string | null): ApiError {
  if (problem !== null) return new ApiError('queue_unavailable', problem)
  return new ApiError('not_connected', `This Zenith has no way to ${name}: it only sees what is reported of it.`)
}

/**
 * Matches queues by patterns on their name or key; `*` matches anything.
 *
 * @example matcherOf(['mail-*'])({ name: 'mail-out', key: 'bullmq:1c9f03ab:mail-out' }) // true
 */
export function matcherOf(
  patterns: readonly string[],
): (queue: { readonly name: string; readonly key: string }) => boolean {
  const tests = patterns.map(globOf)
  return ({ name, key }) => tests.some((test) => test(name) || test(key))
}
