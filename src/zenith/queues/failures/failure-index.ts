import { performance } from 'node:perf_hooks'
import type { FailureListing } from '../../../api/failures.js'
import type { QueueName } from '../../../api/permissions.js'
import { inBatches, inSlices, withTimeout } from '../../../lib/async.js'
import type { QueueSource } from '../../../ports/index.js'
import type { ConnectedQueue, QueueDirectory } from '../directory.js'
import { summaryViews } from '../jobs/job-view.js'
import { sourceErrorInWords } from '../monitor/source-error.js'
import { FailureGroups } from './failure-groups.js'
import { KnownFailures, MAX_JOBS } from './known-failures.js'

/** Queues to read at the same time. */
const AT_ONCE = 4
/** After this time a refresh starts no further reads, ms; the next one continues. */
const BUDGET_MS = 2_000
/** Time-out of a queue's response, ms. */
const ANSWER_WITHIN_MS = 5_000
/** Most failed jobs to remember in total: about 20 MB. */
export const MAX_REMEMBERED = 100_000
const SLICE = 5_000

interface Watched {
  readonly queue: ConnectedQueue
  readonly known: KnownFailures
  /** The number that the system reports; null if unknown. */
  total: number | null
  error: string | null
}

/** The failed jobs of all queues that are connected and can list jobs, read step by step. */
export class FailureIndex {
  readonly #directory: QueueDirectory
  readonly #now: () => number
  #watched = new Map<string, Watched>()
  #listing: Promise<FailureListing> | null = null
  #depth = MAX_JOBS

  /** @param now the store's clock, Unix ms */
  constructor(directory: QueueDirectory, now: () => number) {
    this.#directory = directory
    this.#now = now
  }

  /** Raises the number of jobs to read of each queue from the next refresh on. @returns whether it was raised */
  deepenTo(depth: number): boolean {
    if (depth <= this.#depth) return false
    this.#depth = depth
    return true
  }

  /** Reads new failures, then older ones as time allows. Rejects if the store fails. */
  async read(): Promise<void> {
    const until = performance.now() + BUDGET_MS
    this.#listing = null
    this.#watch(await this.#directory.all())
    await inBatches([...this.#bySource()], AT_ONCE, ([source, watched]) => countFailed(source, watched))
    await this.#each((watched) => watched.total !== 0, until, catchUp)
    // In rounds, so that a long queue does not delay the others.
    while (performance.now() < until && this.#incomplete.length > 0 && this.#hasRoom) {
      await this.#each(({ known }) => !known.isComplete, until, deepen)
    }
  }

  /** The result of the last refresh; built once for all clients that see all queues. @param isShown which queues are listed; null: all */
  listing(isShown: ((queue: QueueName) => boolean) | null = null): Promise<FailureListing> {
    if (isShown) return this.#list(this.#now(), isShown)
    this.#listing ??= this.#list(this.#now(), () => true)
    return this.#listing
  }

  async #list(now: number, isShown: (queue: QueueName) => boolean): Promise<FailureListing> {
    const groups = new FailureGroups(now)
    const shown = [...this.#watched.values()].filter(({ queue }) => isShown(queue))
    const healthy = shown.filter(({ error }) => error === null)
    for (const { queue, known } of healthy) {
      await inSlices([...known.jobs], SLICE, (failure) => groups.add(queue, failure))
    }
    const partial = healthy.filter(isPartial).map(({ queue, known, total }) => ({
      key: queue.key,
      ...(known.beyond ?? { looked: known.size, total: Math.max(known.total, total ?? 0) }),
    }))
    const failed = shown.flatMap(({ queue: { key }, error }) => (error ? [{ key, error }] : []))
    return { groups: groups.newestFirst, ...(groups.left > 0 && { left: groups.left }), partial, failed }
  }

  get #healthy(): Watched[] {
    return [...this.#watched.values()].filter(({ error }) => error === null)
  }

  get #incomplete(): Watched[] {
    return this.#healthy.filter(({ known }) => !known.isComplete)
  }

  get #hasRoom(): boolean {
    return this.#healthy.reduce((sum, { known }) => sum + known.size, 0) < MAX_REMEMBERED
  }

  /** Continues with known queues, and drops those that are gone. */
  #watch(queues: readonly ConnectedQueue[]): void {
    const listing = queues.filter(({ source }) => source.jobs && source.capabilities.includes('list'))
    this.#watched = new Map(
      listing.map((queue) => {
        const old = this.#watched.get(queue.key)
        // Another source is another system.
        const known = old?.queue.source === queue.source ? old.known : this.#knownOf(queue)
        return [queue.key, { queue, known, total: null, error: null }]
      }),
    )
  }

  #knownOf({ source, address }: ConnectedQueue): KnownFailures {
    return new KnownFailures(
      async (offset, limit) => {
        const asked = source.jobs?.(address, { state: 'failed', order: 'newest', offset, limit })
        const listing = asked ? await withTimeout(asked, ANSWER_WITHIN_MS) : { total: 0, jobs: [], missing: 0 }
        return { ...listing, jobs: await summaryViews(listing.jobs) }
      },
      () => this.#depth,
    )
  }

  #bySource(): Map<QueueSource, Watched[]> {
    const sources = new Map<QueueSource, Watched[]>()
    for (const watched of this.#watched.values()) {
      const { source } = watched.queue
      sources.set(source, [...(sources.get(source) ?? []), watched])
    }
    return sources
  }

  async #each(
    fits: (watched: Watched) => boolean,
    until: number,
    look: (watched: Watched) => Promise<void>,
  ): Promise<void> {
    await inBatches(this.#healthy.filter(fits), AT_ONCE, async (watched) => {
      const hasRoom = watched.known.size > 0 || this.#hasRoom
      if (performance.now() < until && hasRoom) await noting(watched, () => look(watched))
    })
  }
}

/** The counts show which queues to read: a system without failed jobs has none. */
async function countFailed(source: QueueSource, watched: readonly Watched[]): Promise<void> {
  try {
    const { queues } = await withTimeout(source.read(), ANSWER_WITHIN_MS)
    const readings = new Map(queues.map((queue) => [queue.address ?? queue.name, queue]))
    for (const one of watched) {
      const reading = readings.get(one.queue.address)
      one.error = reading?.error ?? null
      one.total = reading && !reading.states.includes('failed') ? 0 : (reading?.metrics.failed ?? null)
      if (one.total === 0) one.known.clear()
    }
  } catch (error) {
    for (const one of watched) one.error = sourceErrorInWords(error)
  }
}

function catchUp({ known }: Watched): Promise<void> {
  return known.catchUp()
}

function deepen({ known }: Watched): Promise<void> {
  return known.deepen()
}

/** The error of one queue hides no other. */
async function noting(watched: Watched, look: () => Promise<void>): Promise<void> {
  try {
    await look()
  } catch (error) {
    watched.error = sourceErrorInWords(error)
  }
}

function isPartial({ known, total }: Watched): boolean {
  return known.isPartial || (known.size === 0 && known.total === 0 && total !== null && total > 0)
}
