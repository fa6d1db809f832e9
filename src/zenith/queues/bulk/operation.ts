import { randomUUID } from 'node:crypto'
import type { JobAction } from '../../../api/actions.js'
import type { BulkOperation, JobSelection } from '../../../api/bulk.js'
import type { BulkPhase } from '../../../api/words.js'
import type { ConnectedQueue } from '../directory.js'
import { seenSelection } from './selection.js'
import { Tally } from './tally.js'
import { UNKNOWN, WorkList } from './work-list.js'

export const ENDED: readonly BulkPhase[] = ['done', 'cancelled', 'failed', 'interrupted']

/** What an operation ends as when it is asked to end before its time. */
export type Stop = Extract<BulkPhase, 'cancelled' | 'interrupted'>

/** A queue that an operation is about. */
export interface Target {
  readonly queue: ConnectedQueue
  /** Why nothing can be done with its jobs, in words; null when something can. */
  readonly obstacle: string | null
}

/** What an operation is about. */
export interface Plan {
  readonly action: JobAction
  readonly selection: JobSelection
  readonly targets: readonly Target[]
  /** Who wants it. */
  readonly user: string | null
  /** The jobs are those that were there then, Unix ms. */
  readonly asOf: number
  /** What the store's clock shows, Unix ms. */
  readonly now: () => number
}

/** One bulk operation of this Zenith, from its dry run to its results. */
export class Operation {
  readonly id: string
  readonly notEligible = new Tally()
  phase: BulkPhase = 'counting'
  work: WorkList
  looked = 0
  /** How many jobs its queues have in the state, whatever else they are; null: not known. */
  total: number | null = 0
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
  /** Writes to the store how the last run ended, unless that is written already. Rejects when the store refuses it. */
  writeEnd: () => Promise<void> = async () => {}
  /** Whether its results went to make room for others. */
  isReleased = false
  /** Whether the store has its jobs, so that any Zenith can go on with it. */
  isListed = false
  /** Whether somebody went on with it, so that this is the past. */
  isSuperseded = false
  readonly plan: Plan
  #counts: { readonly eligible: number; readonly succeeded: number } | null = null

  constructor(plan: Plan, id: string = randomUUID(), work: WorkList = new WorkList()) {
    this.plan = plan
    this.id = id
    this.work = work
  }

  get action(): JobAction {
    return this.plan.action
  }

  get selection(): JobSelection {
    return this.plan.selection
  }

  get targets(): readonly Target[] {
    return this.plan.targets
  }

  get asOf(): number {
    return this.plan.asOf
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
    this.endedAt = this.plan.now()
  }

  /** Lets go of the single jobs; what they add up to stays. */
  release(): void {
    if (this.isReleased) return
    this.#counts = { eligible: this.work.size, succeeded: this.work.succeeded }
    const { skipped } = this.work
    this.work = new WorkList()
    for (const { reason, count } of skipped.list) this.work.skipped.addOwn(reason, count)
    this.isReleased = true
  }

  get view(): BulkOperation {
    const { id, action, selection, plan, phase, asOf, startedAt, endedAt, looked, total, isPartial, error, work } = this
    const { eligible, succeeded } = this.#counts ?? { eligible: work.size, succeeded: work.succeeded }
    return {
      id,
      action,
      selection: seenSelection(selection),
      user: plan.user,
      phase,
      asOf,
      startedAt,
      endedAt,
      looked,
      total: phase === 'counting' ? null : total,
      eligible,
      notEligible: this.notEligible.list,
      isPartial,
      succeeded,
      skipped: work.skipped.list,
      unknown: work.skipped.countOf(UNKNOWN),
      resumable: this.isListed && isResumable(phase),
      error,
    }
  }
}

/** What ended before all of it was done, and not because somebody wanted that. */
export function isResumable(phase: BulkPhase): boolean {
  return phase === 'interrupted' || phase === 'failed'
}
