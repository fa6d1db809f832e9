import type { QueueHistory } from '../protocol/index.js'
import type { AuditLog } from './audit-log.js'
import type { Debts } from './debts.js'
import type { DocumentStore } from './document-store.js'
import type { Leases } from './leases.js'
import type { Reader } from './reader.js'
import type { Writer } from './writer.js'

export type * from './archive.js'
export type * from './audit-log.js'
export type * from './debts.js'
export type * from './document-store.js'
export type * from './leases.js'
export type * from './people.js'
export type * from './queue-source.js'
export type * from './reader.js'
export type * from './writer.js'

/**
 * Interfaces between the layers: core writes through {@link Writer}; Zenith reads through {@link Reader} and stores its own data through
 * {@link ControlStore}; both access queues through a `QueueSource`.
 */

/** The clock of a store. */
export interface StoreClock {
  /** Unix ms; null in a store without a clock of its own. Rejects when the store does not answer. */
  time(): Promise<number | null>
}

/** The nodes in a store. */
export interface NodeMemory {
  /** Deletes a lost node: its heartbeat and its entry in the index. Rejects when the store refuses or does not answer. */
  forgetNode?(service: string, node: string): Promise<void>
}

/** The history of queues that Zenith reads and no app reports. */
export interface QueueMemory {
  /** Adds a record. Rejects when the store refuses or does not answer. */
  recordQueues?(history: QueueHistory): Promise<void>
}

/** Where Zenith, the control plane, stores its own data. */
export type ControlStore = AuditLog & DocumentStore & Leases & StoreClock & NodeMemory & QueueMemory

/** A place to store what recorders report. */
export type Store = Writer & Reader & ControlStore & Debts

/** One line each. `console`, pino and Nest's logger fit. */
export interface Logger {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}
