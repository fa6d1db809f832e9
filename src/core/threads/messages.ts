import { BroadcastChannel, getEnvironmentData, setEnvironmentData } from 'node:worker_threads'
import type { StoreRecord } from '../../ports/index.js'
import type { Heartbeat } from '../../protocol/index.js'
import type { Attempt } from '../jobs/jobs.js'

/** Between the threads of one process; the number is that of the messages' shape. */
const CHANNEL = '@gravito/quasar/threads/1'
const TICKETS = '@gravito/quasar/threads/1'

/** The node that a recorder in a thread is. */
export interface ThreadIdentity {
  readonly service: string
  readonly node: string
  readonly thread: number
  /** How the kernel numbers the thread; null where it does not tell. */
  readonly task: number | null
}

/** What a thread tells the thread that reports for it. */
export type ThreadMessage = { readonly host: string } & (
  | { readonly kind: 'hello'; readonly from: ThreadIdentity }
  | { readonly kind: 'beat'; readonly from: ThreadIdentity; readonly heartbeat: Heartbeat }
  | { readonly kind: 'attempt'; readonly from: ThreadIdentity; readonly attempt: Attempt }
  | { readonly kind: 'record'; readonly from: ThreadIdentity; readonly record: StoreRecord }
  | { readonly kind: 'bye'; readonly from: ThreadIdentity }
  | { readonly kind: 'born'; readonly thread: number; readonly by: number }
  | { readonly kind: 'gone'; readonly thread: number }
)

/** What a new thread finds: a recorder outside that reports for it. */
export interface Ticket {
  /** Names that recorder. */
  readonly host: string
  /** Which store it writes to. */
  readonly store: string
  /** See {@link SLOTS}; shared by all threads. */
  readonly slots: Int32Array
}

export const SLOTS = { isOpen: 0, underWay: 1, count: 2 } as const

/** Neither Bun nor Deno tells of the threads that a thread makes. */
export function canShareThreads(): boolean {
  return !process.versions.bun && !process.versions.deno
}

export function openChannel(): BroadcastChannel {
  const channel = new BroadcastChannel(CHANNEL)
  channel.unref()
  return channel
}

/** Threads made from now on find the ticket, without a turn of any loop; so do the threads that those make. */
export function offerTicket(ticket: Ticket): void {
  setEnvironmentData(TICKETS, [...readTickets(), ticket])
}

export function withdrawTicket(ticket: Ticket): void {
  const others = readTickets().filter(({ host }) => host !== ticket.host)
  // Undefined removes it.
  setEnvironmentData(TICKETS, others.length > 0 ? others : undefined)
}

export function findTicket(store: string): Ticket | null {
  return (
    readTickets().find((ticket) => ticket.store === store && Atomics.load(ticket.slots, SLOTS.isOpen) === 1) ?? null
  )
}

function readTickets(): readonly Ticket[] {
  const tickets: unknown = getEnvironmentData(TICKETS)
  return Array.isArray(tickets) ? (tickets as Ticket[]) : []
}
