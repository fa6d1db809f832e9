import { randomUUID } from 'node:crypto'
import type { JobAction } from '../../../api/actions.js'
import type { BulkOperation, JobSelection } from '../../../api/bulk.js'
import type { BulkPhase } from '../../../api/words.js'
import type { ConnectedQueue } from '../directory.js'
import { seenSelection } from './selection.js'
import { Tally } from './tally.js'
import { UNKNOWN, WorkList } from './work-list.js'

export const ENDED: readonly BulkPhase[] = ['done', 'cancelled', 'failed', 'interrupted']

/** Phase of an operation that was stopped early. */
export type Stop = Extract<BulkPhase, 'cancelled' | 'interrupted'>

/** A queue of an operation. */
export interface Target {
  readonly queue: ConnectedQueue
  /** Why the action is impossible in this queue, as a message; null when it is possible. */
  readonly obstacle: string | null
}

/** What an operation does, with which jobs. */
export interface Plan {
  readonly action: JobAction
  readonly selection: JobSelection
  readonly targets: readonly Target[]
  readonly user: string | null
  /** Jobs that came later are left out, Unix ms. */
  readonly asOf: number
  /** The store's clock, Unix ms. */
  readonly now: () => number
}

/** One bulk operation of this Zenith, from its dry run to its results. */
export class Operation {
  readonly id: string
  readonly notEligible = new Tally()
  phase: BulkPhase = 'counting'
  work: WorkList
  looked = 0
  /** Number of jobs that its queues have in the state, matching or not; null if unknown. */
  total: number | null = 0
  isPartial = false
  startedAt: number | null = null
  endedAt: number | null = null
  error: string | null = null
  /** Number of jobs that it did not reach, and why. */
  notDone: { readonly count: number; readonly reason: string } | null = null
  /** Set to stop it early; checked between two calls. */
  stop: { readonly as: Stop; readonly reason: string } | null = null
  /** Resolves when it has ended. */
  ended: Promise<void> = Promise.resolve()
  /** Writes the final results of the last run, unless they are stored. Rejects when the store fails. */
  writeEnd: () => Promise<void> = async () => {}
  /** Whether the results of its jobs were dropped to free memory. */
  isReleased = false
  /** Number of blocks in which its jobs are stored; 0 if they are not. */
  blocks = 0
  /** Whether it was resumed, here or elsewhere, so that this object is outdated. */
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

  /** Whether its jobs are stored and any Zenith can start or resume it. */
  get isOpen(): boolean {
    return this.blocks > 0 && (this.phase === 'ready' || isResumable(this.phase))
  }

  end(phase: BulkPhase, error: string | null = null): void {
    this.phase = phase
    this.error = error
    this.endedAt = this.plan.now()
  }

  /** Drops the results of single jobs; the totals stay. */
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
      resumable: this.blocks > 0 && isResumable(phase),
      error,
    }
  }
}

/** Whether it ended early, and was not cancelled. */
export function isResumable(phase: BulkPhase): boolean {
  return phase === 'interrupted' || phase === 'failed'
}
