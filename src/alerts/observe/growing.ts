import type { QueueView } from '../../api/queues.js'
import { isAmount, isText, type Row, rowsOf, rowsWithin } from './remembered.js'

/** Of JSON. */
const MAX_BYTES = 20_000

/** Since when the backlogs of queues have been growing, as the monitor of queues judges it. */
export class GrowingQueues {
  #since = new Map<string, number>()
  #at = 0

  note(queues: readonly QueueView[], at: number): void {
    this.#at = at
    const next = new Map<string, number>()
    for (const queue of queues) {
      const known = this.#since.get(queue.key)
      // What can't be read now may grow on.
      if (queue.error !== null && known !== undefined) next.set(queue.key, known)
      else if (queue.attention.some(({ kind }) => kind === 'growing')) next.set(queue.key, known ?? beginOf(queue, at))
    }
    this.#since = next
  }

  /** ms; 0 if it is not growing. */
  readonly of = ({ key }: Pick<QueueView, 'key'>): number => Math.max(0, this.#at - (this.#since.get(key) ?? this.#at))

  rows(): Row[] {
    return rowsWithin(this.#since, MAX_BYTES)
  }

  restore(memory: unknown): void {
    for (const [key, since] of rowsOf(memory, 'growing')) {
      if (isText(key) && isAmount(since)) this.#since.set(key, since)
    }
  }
}

/** It takes minutes to tell that a backlog grows: it began when it was last at its lowest. */
function beginOf({ samples }: QueueView, at: number): number {
  let lowest: { at: number; backlog: number } | null = null
  for (const { at, backlog } of samples) {
    if (backlog !== null && backlog <= (lowest?.backlog ?? backlog)) lowest = { at, backlog }
  }
  return Math.min(at, lowest?.at ?? at)
}
