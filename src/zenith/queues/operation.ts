import { operationsWith } from '../http/operation.js'
import type { Services } from '../http/request-context.js'
import type { Safety } from '../safety/safety.js'
import type { State } from './directory.js'
import type { Queues } from './queues.js'

/** What routes about queues need. */
export interface QueueServices extends Services {
  readonly monitor: State
  readonly queues: Queues
  readonly safety: Pick<Safety, 'refuseChange' | 'confirm'>
}

export const { operation, change } = operationsWith<QueueServices>()
