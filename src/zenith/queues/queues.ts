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
  /** Null where the store keeps nothing for Zenith: then nothing can be changed. */
  readonly store: ControlStore | null
  readonly logger: Logger | undefined
}

/** What the handlers of queues work with. */
export interface Queues {
  readonly directory: QueueDirectory
  readonly store: ControlStore | null
  readonly act: Act
  /** For what the store does not take at once. */
  readonly outbox: Outbox
  /** What the store's clock shows, Unix ms: times of different Zeniths are compared. */
  now(): number
  /** Rejects with an API error when there is no such queue. */
  view(key: string): Promise<QueueView>
  /** The same with figures read now, where this Zenith is connected. */
  freshView(key: string): Promise<QueueView>
  /** Rejects with an API error when there is no such queue, when it can't be reached, or when its system can't do this. */
  able(key: string, capability: QueueCapability): Promise<ConnectedQueue>
  /** The same, and when nothing may be changed in it. */
  changeable(key: string, capability: QueueCapability): Promise<ConnectedQueue>
  /** The next look shows what became of a queue. */
  touch(queue: Pick<ConnectedQueue, 'source'>): void
}

export function queuesOf({ monitor, store, logger }: QueuesOptions): Queues {
  const directory = queueDirectory(monitor)
  const outbox = new Outbox(logger)
  const now = () => monitor.now

  async function view(key: string): Promise<QueueView> {
    const { store: health } = await monitor.fresh()
    const found = monitor.queues.view(key)
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
    directory,
    store,
    act: actOn({ auditLog: store, outbox, now, logger }),
    outbox,
    now,
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
 * Tells which queues some patterns name, by name or by key; `*` stands for anything.
 *
 * @example matcherOf(['mail-*'])({ name: 'mail-out', key: 'bullmq:1c9f03ab:mail-out' }) // true
 */
export function matcherOf(
  patterns: readonly string[],
): (queue: { readonly name: string; readonly key: string }) => boolean {
  const tests = patterns.map(globOf)
  return ({ name, key }) => tests.some((test) => test(name) || test(key))
}
