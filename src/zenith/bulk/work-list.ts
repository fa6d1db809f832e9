import type { BulkResult, JobOutcome } from '../../protocol/index.js'
import type { ConnectedQueue } from '../queues/directory.js'
import { Tally } from './tally.js'

/** How an item stands; from FIRST_REASON on: not done, for the reason of that number. */
const PENDING = 0
const DONE = 1
const FIRST_REASON = 2

/** The jobs of one queue that an operation is about, and what became of them. */
export interface WorkPart {
  readonly queue: ConnectedQueue
  readonly ids: readonly string[]
}

interface Part extends WorkPart {
  readonly ids: string[]
  readonly fates: number[]
}

/** Jobs as they were chosen, and what became of each: an id and a number for a job, so that there may be many. */
export class WorkList {
  readonly skipped = new Tally()
  readonly #parts: Part[] = []
  #succeeded = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  get succeeded(): number {
    return this.#succeeded
  }

  get parts(): readonly WorkPart[] {
    return this.#parts
  }

  add(queue: ConnectedQueue, ids: readonly string[]): void {
    if (ids.length === 0) return
    const part = this.#partOf(queue)
    for (const id of ids) {
      part.ids.push(id)
      part.fates.push(PENDING)
    }
    this.#size += ids.length
  }

  /** @param from the place of the first of them in its queue's part */
  settle(queue: ConnectedQueue, from: number, outcomes: readonly JobOutcome[]): void {
    const { fates } = this.#partOf(queue)
    outcomes.forEach(({ ok, reason }, index) => {
      if (ok) this.#succeeded += 1
      fates[from + index] = ok ? DONE : FIRST_REASON + this.skipped.add(reason ?? 'The system does not say why.')
    })
  }

  /** Ends with what was not come to. @returns how many that is */
  settleRest(reason: string): number {
    let count = 0
    for (const { fates } of this.#parts) {
      for (let index = fates.indexOf(PENDING); index >= 0; index = fates.indexOf(PENDING, index + 1)) {
        fates[index] = FIRST_REASON + this.skipped.add(reason)
        count += 1
      }
    }
    return count
  }

  /** What became of jobs, in the order in which they were chosen; those that were not come to yet are left out. */
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

  #partOf(queue: ConnectedQueue): Part {
    const known = this.#parts.find((part) => part.queue.key === queue.key)
    if (known) return known
    const part = { queue, ids: [], fates: [] }
    this.#parts.push(part)
    return part
  }
}
