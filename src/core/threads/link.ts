import { type BroadcastChannel, isMainThread, threadId } from 'node:worker_threads'
import type { StoreRecord } from '../../ports/index.js'
import type { Heartbeat } from '../../protocol/index.js'
import type { Attempt } from '../jobs/jobs.js'
import { taskNumber } from '../probes/thread-time.js'
import {
  canShareThreads,
  findTicket,
  openChannel,
  SLOTS,
  type ThreadIdentity,
  type ThreadMessage,
  type Ticket,
} from './messages.js'
import { watchWorkers } from './workers.js'

/** Maximum number of messages that wait for a busy host; beyond it, records stay in the thread. */
const MAX_UNDER_WAY = 2_000

/** From a recorder in a thread to the one that reports for it: a thread may be parked or ended between any two of its tasks. */
export interface HostLink {
  /** @returns whether the host counts it */
  attempt(attempt: Attempt): boolean
  /** @returns whether the host writes it */
  record(record: StoreRecord): boolean
  beat(heartbeat: Heartbeat): void
  close(): void
}

type Told = ThreadMessage extends infer M ? (M extends ThreadMessage ? Omit<M, 'host'> : never) : never

/** @returns null on the main thread, and where no recorder outside writes to the same store */
export function linkToHost(store: string | null, service: string, node: string): HostLink | null {
  if (isMainThread || store === null || !canShareThreads()) return null
  const ticket = findTicket(store)
  return ticket ? new Link(ticket, { service, node, thread: threadId, task: taskNumber() }) : null
}

class Link implements HostLink {
  readonly #ticket: Ticket
  readonly #from: ThreadIdentity
  readonly #channel: BroadcastChannel = openChannel()
  readonly #unwatch: () => void
  #isClosed = false

  constructor(ticket: Ticket, from: ThreadIdentity) {
    this.#ticket = ticket
    this.#from = from
    this.#unwatch = watchWorkers({
      onStart: (thread) => this.#tell({ kind: 'born', thread, by: from.thread }),
      onError: () => {},
      onEnd: (thread) => this.#tell({ kind: 'gone', thread }),
    })
    this.#tell({ kind: 'hello', from })
  }

  attempt(attempt: Attempt): boolean {
    return this.#tell({ kind: 'attempt', from: this.#from, attempt })
  }

  record(record: StoreRecord): boolean {
    return this.#tell({ kind: 'record', from: this.#from, record })
  }

  beat(heartbeat: Heartbeat): void {
    this.#tell({ kind: 'beat', from: this.#from, heartbeat })
  }

  close(): void {
    this.#unwatch()
    this.#tell({ kind: 'bye', from: this.#from })
    this.#isClosed = true
    this.#channel.close()
  }

  #tell(told: Told): boolean {
    const { slots, host } = this.#ticket
    if (this.#isClosed || Atomics.load(slots, SLOTS.isOpen) !== 1) return false
    if (Atomics.load(slots, SLOTS.underWay) >= MAX_UNDER_WAY) return false
    try {
      this.#channel.postMessage({ host, ...told })
    } catch {
      // A message that can't be cloned stays here.
      return false
    }
    Atomics.add(slots, SLOTS.underWay, 1)
    return true
  }
}
