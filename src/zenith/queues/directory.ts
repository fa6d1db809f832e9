import type { QueueSource } from '../../ports.js'

/** A queue that this Zenith can reach. */
export interface ConnectedQueue {
  /** Names it in URLs. */
  readonly key: string
  /** What its source calls it. */
  readonly name: string
  readonly source: QueueSource
  /** An option forbids to change anything in it. */
  readonly readOnly: boolean
}

/** Finds queues for those who act on them. */
export interface QueueDirectory {
  /** Null when there is no such queue, or when it is only reported and can't be reached. Rejects when the store fails. */
  find(key: string): Promise<ConnectedQueue | null>
  /** All that can be reached. */
  all(): Promise<readonly ConnectedQueue[]>
}
