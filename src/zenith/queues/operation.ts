import { operationsWith } from '../http/operation.js'
import type { Services } from '../http/request-context.js'
import type { State } from './directory.js'
import type { Queues } from './queues.js'

/** What routes about queues need. */
export interface QueueServices extends Services {
  readonly monitor: State
  readonly queues: Queues
}

export const { operation, change } = operationsWith<QueueServices>()
