import { BroadcastChannel, getEnvironmentData, setEnvironmentData } from 'node:worker_threads'
import type { StoreRecord } from '../../ports/index.js'
import type { Heartbeat } from '../../protocol/index.js'
import type { Attempt } from '../jobs/jobs.js'

/** Channel between the threads of one process; the number is the version of the messages' format. */
const CHANNEL = '@gravito/quasar/threads/1'
const TICKETS = '@gravito/quasar/threads/1'

/** The node of a recorder in a thread. */
export interface ThreadIdentity {
  readonly service: string
  readonly node: string
  readonly thread: number
  /** The kernel's number for the thread; null where the kernel does not report it. */
  readonly task: number | null
}

/** A message of a thread to the thread that reports for it. */
export type ThreadMessage = { readonly host: string } & (
  | { readonly kind: 'hello'; readonly from: ThreadIdentity }
  | { readonly kind: 'beat'; readonly from: ThreadIdentity; readonly heartbeat: Heartbeat }
  | { readonly kind: 'attempt'; readonly from: ThreadIdentity; readonly attempt: Attempt }
  | { readonly kind: 'record'; readonly from: ThreadIdentity; readonly record: StoreRecord }
  | { readonly kind: 'bye'; readonly from: ThreadIdentity }
  | { readonly kind: 'born'; readonly thread: number; readonly by: number }
  | { readonly kind: 'gone'; readonly thread: number }
)

/** Lets a new thread find a recorder outside that reports for it. */
export interface Ticket {
  /** Identifies that recorder. */
  readonly host: string
  /** Identifies its store. */
  readonly store: string
  /** See {@link SLOTS}; shared by all threads. */
  readonly slots: Int32Array
}

export const SLOTS = { isOpen: 0, underWay: 1, count: 2 } as const

/** Bun and Deno do not report the threads that a thread creates. */
export function canShareThreads(): boolean {
  return !process.versions.bun && !process.versions.deno
}

export function openChannel(): BroadcastChannel {
  const channel = new BroadcastChannel(CHANNEL)
  channel.unref()
  return channel
}

/** Offers the ticket to threads created from now on, and to those that they create. They find it without a turn of any loop. */
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
