import type { StoredQueue } from '../../archiver/figures/queue-bucket.js'
import { namesOf } from '../queues/monitor/identity.js'
import { QueuePastSum, type SampledTime } from './queue-past-sum.js'

/** A queue in one step, as one service or Zenith itself read it. */
interface Reading {
  readonly queue: StoredQueue
  /** Empty for Zenith itself. */
  readonly scope: string
}

/** Queues over a time, each once: several services, and Zenith itself, may have read it. Steps are added from the newest on. */
export class QueuePasts {
  readonly #most: number
  readonly #sums: QueuePastSum[] = []
  /** By every name of a queue. */
  readonly #byName = new Map<string, QueuePastSum>()
  /** By the fields that locate it, as they are read: names take longer to make. */
  readonly #byFields = new Map<string, QueuePastSum | null>()
  /** Whether there were more queues than this has room for. */
  isPartial = false

  /** @param most queues, those that were read last */
  constructor(
    most: number,
    readonly time: SampledTime,
  ) {
    this.#most = most
  }

  get all(): readonly QueuePastSum[] {
    return this.#sums
  }

  /** Adds what was read in one step: of each queue by whom read it longest. @param from start of the step, Unix ms */
  add(from: number, readings: readonly Reading[]): void {
    const longest = new Map<QueuePastSum, StoredQueue>()
    for (const { queue, scope } of readings) {
      const sum = this.of(queue)
      if (!sum) continue
      if (scope !== '') sum.services.add(scope)
      if ((longest.get(sum)?.ms ?? -1) < queue.ms) longest.set(sum, queue)
    }
    for (const [sum, queue] of longest) sum.add(from, queue)
  }

  /** @returns null for one beyond the limit */
  of(queue: StoredQueue): QueuePastSum | null {
    const { driver, name, place, server } = queue
    const fields = `${driver}\n${name}\n${place}\n${server}`
    const known = this.#byFields.get(fields)
    if (known !== undefined) return known
    const sum = this.#find(queue)
    if (this.#byFields.size < 4 * this.#most) this.#byFields.set(fields, sum)
    return sum
  }

  #find(queue: StoredQueue): QueuePastSum | null {
    const { byServer, byPlace } = namesOf(queue)
    const names = byServer === null ? [byPlace] : [byServer, byPlace]
    const sum = names.map((name) => this.#byName.get(name)).find((one) => one !== undefined) ?? this.#meet(queue)
    if (sum) for (const name of names) this.#byName.set(name, sum)
    return sum
  }

  #meet(queue: StoredQueue): QueuePastSum | null {
    if (this.#sums.length >= this.#most) {
      this.isPartial = true
      return null
    }
    const sum = new QueuePastSum(queue, this.time)
    this.#sums.push(sum)
    return sum
  }
}
