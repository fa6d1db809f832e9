import type { BulkResult } from '../../../api/bulk.js'
import type { JobOutcome } from '../../../protocol/index.js'
import type { ConnectedQueue } from '../directory.js'
import { Tally } from './tally.js'

/** The fate of a job; from FIRST_REASON on: not done, for the reason of that number. */
export const PENDING = 0
export const DONE = 1
export const FIRST_REASON = 2

/** Reason number 0. */
export const UNKNOWN = 'It is not known whether this was done.'
const NO_REASON = 'The system does not say why.'

type Queue = Pick<ConnectedQueue, 'key'>

/** An operation's jobs in one queue, and their results. */
export interface WorkPart<Q extends Queue = ConnectedQueue> {
  readonly queue: Q
  readonly ids: readonly string[]
  /** When each job came to its state, or is due: it differs once the job has moved. Null if unknown. */
  readonly marks: readonly (number | null)[]
  readonly fates: readonly number[]
}

interface Part<Q extends Queue> extends WorkPart<Q> {
  readonly ids: string[]
  readonly marks: (number | null)[]
  readonly fates: number[]
}

/** An operation's jobs in the order of the selection, and their results: an id and two numbers each, because there may be many. */
export class WorkList<Q extends Queue = ConnectedQueue> {
  readonly skipped: Tally
  readonly #parts: Part<Q>[] = []
  /** The fate of jobs that the operation did not reach, once it has ended: they are pending again when it is resumed. */
  rest: number | null = null
  #succeeded = 0
  #size = 0

  /** @param reasons by number, as in the fates to {@link restore} */
  constructor(reasons: readonly string[] = [UNKNOWN]) {
    this.skipped = new Tally(reasons)
  }

  get size(): number {
    return this.#size
  }

  get succeeded(): number {
    return this.#succeeded
  }

  get parts(): readonly WorkPart<Q>[] {
    return this.#parts
  }

  add(queue: Q, ids: readonly string[], marks: readonly (number | null)[]): void {
    this.restore({ queue, ids, marks, fates: ids.map(() => PENDING) })
  }

  /** Adds jobs with their fates. */
  restore({ queue, ids, marks, fates }: WorkPart<Q>): void {
    if (ids.length === 0) return
    const part = this.#partOf(queue)
    for (const [index, id] of ids.entries()) {
      const fate = fates[index] ?? PENDING
      part.ids.push(id)
      part.marks.push(marks[index] ?? null)
      part.fates.push(fate)
      if (fate === DONE) this.#succeeded += 1
      if (fate >= FIRST_REASON) this.skipped.add(this.skipped.reason(fate - FIRST_REASON) ?? NO_REASON)
    }
    this.#size += ids.length
  }

  /** @param places of the jobs in their queue's part */
  settle(queue: Q, places: readonly number[], outcomes: readonly JobOutcome[]): void {
    const { fates } = this.#partOf(queue)
    for (const [index, place] of places.entries()) {
      const { ok, reason } = outcomes[index] ?? { ok: false, reason: UNKNOWN }
      if (ok) this.#succeeded += 1
      fates[place] = ok ? DONE : FIRST_REASON + this.skipped.add(reason ?? NO_REASON)
    }
  }

  /** Sets jobs whose result was unknown, and that turned out to be untouched, to pending again. */
  reopen(queue: Q, places: readonly number[]): void {
    const { fates } = this.#partOf(queue)
    for (const place of places) {
      this.skipped.takeBack((fates[place] ?? FIRST_REASON) - FIRST_REASON)
      fates[place] = PENDING
    }
  }

  /** Settles all pending jobs. @returns their number */
  settleRest(reason: string): number {
    let count = 0
    for (const { fates } of this.#parts) {
      for (let index = fates.indexOf(PENDING); index >= 0; index = fates.indexOf(PENDING, index + 1)) {
        this.rest = FIRST_REASON + this.skipped.addOwn(reason)
        fates[index] = this.rest
        count += 1
      }
    }
    return count
  }

  /** Results in the order of the selection, without pending jobs. */
  *results(ok: boolean | null): Generator<BulkResult> {
    for (const { queue, ids, fates } of this.#parts) {
      for (const [index, fate] of fates.entries()) {
        const isDone = fate === DONE
        if (fate === PENDING || (ok !== null && ok !== isDone)) continue
        const reason = isDone ? null : this.skipped.reason(fate - FIRST_REASON)
        yield { queue: queue.key, id: ids[index] ?? '', ok: isDone, reason }
      }
    }
  }

  #partOf(queue: Q): Part<Q> {
    const known = this.#parts.find((part) => part.queue.key === queue.key)
    if (known) return known
    const part = { queue, ids: [], marks: [], fates: [] }
    this.#parts.push(part)
    return part
  }
}

/** The places of jobs with this fate. */
export function placesWith(fates: readonly number[], wanted: number): number[] {
  return fates.flatMap((fate, place) => (fate === wanted ? [place] : []))
}
