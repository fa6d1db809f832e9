import type { EditedDefinition } from '../../../api/changes.js'
import type { PausedSchedulers } from './paused-schedulers.js'
import type { Scheduler } from './scheduler.js'

/** An action on a scheduler. */
export interface Task extends Scheduler {
  readonly id: string
  /** Who sent the request. */
  readonly user: string | null
  /** Unix ms by the store's clock. */
  readonly at: number
  /** For `save`. */
  readonly definition: EditedDefinition | null
  readonly store: PausedSchedulers
}
