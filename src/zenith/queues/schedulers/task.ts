import type { EditedDefinition } from '../../../api/changes.js'
import type { PausedSchedulers } from './paused-schedulers.js'
import type { Scheduler } from './scheduler.js'

/** What is done with a scheduler. */
export interface Task extends Scheduler {
  readonly id: string
  /** Who asks. */
  readonly user: string | null
  /** When, Unix ms by the store's clock. */
  readonly at: number
  /** For `save`. */
  readonly definition: EditedDefinition | null
  readonly store: PausedSchedulers
}
