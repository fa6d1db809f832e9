import { randomUUID } from 'node:crypto'
import type { BulkOperation, BulkPhase, JobAction, JobSelection } from '../../protocol/index.js'
import type { Actor } from '../queues/act.js'
import type { ConnectedQueue } from '../queues/directory.js'
import { Tally } from './tally.js'
import { WorkList } from './work-list.js'

export const ENDED: readonly BulkPhase[] = ['done', 'cancelled', 'failed', 'interrupted']

/** What an operation ends as when it is asked to end before its time. */
export type Stop = Extract<BulkPhase, 'cancelled' | 'interrupted'>

/** A queue that an operation is about. */
export interface Target {
  readonly queue: ConnectedQueue
  /** Why nothing can be done with its jobs, in words; null when something can. */
  readonly obstacle: string | null
}

/** One bulk operation of this Zenith, from its dry run to its results. */
export class Operation {
  readonly id = randomUUID()
  readonly asOf = Date.now()
  readonly notEligible = new Tally()
  phase: BulkPhase = 'counting'
  work = new WorkList()
  looked = 0
  isPartial = false
  startedAt: number | null = null
  endedAt: number | null = null
  error: string | null = null
  /** How many jobs were not come to, and why. */
  notDone: { readonly count: number; readonly reason: string } | null = null
  /** Set by who wants it to end; heard between two calls. */
  stop: { readonly as: Stop; readonly reason: string } | null = null
  /** Settles when nothing of it goes on any more. */
  ended: Promise<void> = Promise.resolve()
  /** Whether its results went to make room for others. */
  isReleased = false
  readonly action: JobAction
  readonly selection: JobSelection
  readonly targets: readonly Target[]
  readonly by: Actor
  #counts: { readonly eligible: number; readonly succeeded: number } | null = null

  constructor(action: JobAction, selection: JobSelection, targets: readonly Target[], by: Actor) {
    this.action = action
    this.selection = selection
    this.targets = targets
    this.by = by
  }

  get queues(): readonly ConnectedQueue[] {
    return this.targets.map(({ queue }) => queue)
  }

  get hasEnded(): boolean {
    return ENDED.includes(this.phase)
  }

  end(phase: BulkPhase, error: string | null = null): void {
    this.phase = phase
    this.error = error
    this.endedAt = Date.now()
  }

  /** Lets go of the single jobs; what they add up to stays. */
  release(): void {
    if (this.isReleased) return
    this.#counts = { eligible: this.work.size, succeeded: this.work.succeeded }
    const { skipped } = this.work
    this.work = new WorkList()
    for (const { reason, count } of skipped.list) this.work.skipped.add(reason, count)
    this.isReleased = true
  }

  get view(): BulkOperation {
    const { id, action, selection, by, phase, asOf, startedAt, endedAt, looked, isPartial, error, work } = this
    const { eligible, succeeded } = this.#counts ?? { eligible: work.size, succeeded: work.succeeded }
    return {
      id,
      action,
      selection,
      user: by.user,
      phase,
      asOf,
      startedAt,
      endedAt,
      looked,
      eligible,
      notEligible: this.notEligible.list,
      isPartial,
      succeeded,
      skipped: work.skipped.list,
      error,
    }
  }
}
